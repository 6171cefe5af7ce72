package flare.metadata;

import flare.config.RaftSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.LeaderElection;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Every Ratis setting that correctness or speed hangs on, set explicitly whatever its default: defaults move, and some
 * differ from their documentation. What an operator may turn is in {@code flare.raft}; the rest is fixed here.
 */
final class RatisProperties {

    /** A call between peers, or one forwarded batch, is given up after this time and tried again. */
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

    /** Nobody else can win the first election of a peer that is alone. */
    private static final Duration ALONE_ELECTION_MIN = Duration.ofMillis(20);

    private static final Duration ALONE_ELECTION_MAX = Duration.ofMillis(60);

    /**
     * Every attempt has a Ratis call id of its own and ours dedupes by operation id: the cache would only hold on to
     * results.
     */
    private static final Duration RETRY_CACHE_EXPIRY = Duration.ofSeconds(2);

    /** A process stopped for a day by its operator goes on; Ratis would close the server after a minute. */
    private static final Duration CLOSE_THRESHOLD = Duration.ofDays(365);

    private static final int KEPT_SNAPSHOTS = 2;
    private static final long HEADROOM_BYTES = 1 << 20;
    /** What Ratis and the stamp add to the commands of an entry, generously. */
    private static final long ENTRY_BYTES = 64 << 10;

    private RatisProperties() {}

    static RaftProperties of(RaftSettings settings, boolean alone, Path directory, String bind, int port) {
        RaftProperties properties = new RaftProperties();
        // The default is under /tmp.
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        GrpcConfigKeys.Server.setHost(properties, bind);
        GrpcConfigKeys.Server.setPort(properties, port);
        reads(properties, settings);
        log(properties, settings);
        elections(properties, settings, alone);
        snapshots(properties);
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, duration(RETRY_CACHE_EXPIRY));
        RaftServerConfigKeys.setCloseThreshold(properties, duration(CLOSE_THRESHOLD));
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, duration(REQUEST_TIMEOUT));
        return properties;
    }

    /** Of calls beside the log's own traffic. */
    static RaftProperties client(Duration limit) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, duration(limit));
        return properties;
    }

    private static void reads(RaftProperties properties, RaftSettings settings) {
        // The default answers from a leader that may have been deposed. Ours don't go this way (docs/decisions), but
        // nothing that does shall be served stale.
        Read.setOption(properties, Read.Option.LINEARIZABLE);
        // A lease needs clocks that never pause: a suspended machine defeats it.
        Read.setLeaderLeaseEnabled(properties, false);
        Read.setLeaderHeartbeatCheckEnabled(properties, true);
        Read.ReadIndex.setType(properties, Read.ReadIndex.Type.COMMIT_INDEX);
        Read.setTimeout(properties, duration(settings.readTimeout()));
    }

    private static void log(RaftProperties properties, RaftSettings settings) {
        Log.setUseMemory(properties, false);
        // Both acknowledge entries that are not on disk; the asynchronous one even after a failed sync.
        Log.setUnsafeFlushEnabled(properties, false);
        Log.setAsyncFlushEnabled(properties, false);
        // With it a follower whose one append failed refuses all that follow until it is restarted.
        Log.setAppendEntriesComposeEnabled(properties, false);
        Log.StateMachineData.setSync(properties, true);
        // Damage in the middle of the log stops the peer; the alternative silently shortens the log.
        Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.EXCEPTION);
        // An extra entry for each change of the commit index; without it one client is twice as fast, and the index is
        // learnt from the leader again after a restart.
        Log.setLogMetadataEnabled(properties, false);
        Log.setSegmentSizeMax(properties, size(settings.segmentSize().bytes()));
        // Preallocation beyond the segment would be cut off again.
        Log.setPreallocatedSize(
                properties, size(Math.min(4 << 20, settings.segmentSize().bytes())));
        // An entry must fit an append, an append the write buffer.
        long append = appendBytes(settings);
        Log.Appender.setBufferByteLimit(properties, size(append));
        Log.setWriteBufferSize(properties, size(2 * append));
        // The snapshot has what is purged, on this disk; a peer that needs more gets the snapshot.
        Log.setPurgeUptoSnapshotIndex(properties, true);
        Log.setPurgeGap(properties, 1);
        // The default waits 5 s between calls after a long outage of a peer.
        Log.Appender.setRetryPolicy(properties, "1ms,10, 100ms,50, 500ms,1000");
        Log.Appender.setInstallSnapshotEnabled(properties, true);
        // Segments of the log kept in memory; the default of 6 × 32 MiB is half of a small heap.
        Log.setSegmentCacheNumMax(properties, 2);
        Log.setSegmentCacheSizeMax(properties, size(2 * settings.segmentSize().bytes()));
    }

    private static long appendBytes(RaftSettings settings) {
        return Math.max(4 << 20, settings.maxEntryBytes().bytes() + HEADROOM_BYTES);
    }

    /** What a command alone in its entry may take: Ratis refuses an entry larger than an append, each time anew. */
    static long maxCommandBytes(RaftSettings settings) {
        return appendBytes(settings) - ENTRY_BYTES;
    }

    private static void elections(RaftProperties properties, RaftSettings settings, boolean alone) {
        Rpc.setTimeoutMin(properties, duration(settings.electionTimeoutMin()));
        Rpc.setTimeoutMax(properties, duration(settings.electionTimeoutMax()));
        if (alone) {
            Rpc.setFirstElectionTimeoutMin(properties, duration(ALONE_ELECTION_MIN));
            Rpc.setFirstElectionTimeoutMax(properties, duration(ALONE_ELECTION_MAX));
        }
        Rpc.setRequestTimeout(properties, duration(REQUEST_TIMEOUT));
        // A peer that comes back from a partition doesn't depose a leader that works.
        LeaderElection.setPreVote(properties, true);
        // A leader that was paused for longer than an election takes steps down when it notices.
        LeaderElection.setLeaderStepDownWaitTime(properties, duration(settings.electionTimeoutMax()));
        // Adding so many members at once that they outvote the old ones can lose committed entries.
        LeaderElection.setMemberMajorityAdd(properties, false);
        // How long a new listener may be silent while it installs a snapshot; 6 s by default.
        RaftServerConfigKeys.setStagingTimeout(properties, duration(settings.joinSilence()));
    }

    private static void snapshots(RaftProperties properties) {
        // Ours ask for themselves (SnapshotPace): Ratis counts no bytes, and tries one that failed again with each
        // entry.
        // Off it would take none at a stop either.
        Snapshot.setAutoTriggerEnabled(properties, true);
        Snapshot.setAutoTriggerThreshold(properties, Long.MAX_VALUE);
        Snapshot.setRetentionFileNum(properties, KEPT_SNAPSHOTS);
        // A clean stop leaves nothing to replay.
        Snapshot.setTriggerWhenStopEnabled(properties, true);
        Snapshot.setCreationGap(properties, 1);
    }

    private static TimeDuration duration(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static SizeInBytes size(long bytes) {
        return SizeInBytes.valueOf(bytes);
    }
}
