package flare.metadata;

import flare.backup.BackupHeader;
import flare.backup.BackupReader;
import flare.backup.BackupReport;
import flare.metadata.MetaDirectory.Identity;
import flare.metadata.RaftMembers.Member;
import flare.metadata.ReplicatedState.Position;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Makes the directory of a peer that goes on alone from a backup, while no process uses it. The group is a new one, so that
 * no peer of the old one that turns up again is ever heard. Its log begins far above the backup's entry: what was issued after
 * the backup and is lost (versions, uploads, sessions) is never issued again for something else.
 *
 * <p>Everything is made in {@code import/}; while that is there, no peer starts on the directory.
 */
public final class MetadataImport {

    /** More entries than any cluster writes between a backup and its restore; versions have room for 2000 of them. */
    private static final long LOST_ENTRIES = 1L << 36;

    private static final long LOST_TERMS = 1L << 20;
    private static final Store.Memory MEMORY = new Store.Memory(64L << 20, 32L << 20);
    private static final Pattern CLUSTER = Pattern.compile("(?m)^cluster ([0-9a-f-]{36})$");

    /**
     * @param backup what was read
     * @param epoch of the cluster from now on
     * @param index of the snapshot that the log goes on behind
     * @param sessions that were open in the backup, and are closed
     * @param repaired null if no repair was asked for
     */
    public record Imported(
            BackupReport backup,
            String peer,
            int epoch,
            long index,
            int sessions,
            @Nullable Repaired repaired) {}

    /**
     * @param problems that a check of the backup's rows against each other found
     * @param left of them after the repair
     * @param first of those, a sentence each
     */
    public record Repaired(long problems, long left, List<String> first) {

        public Repaired {
            first = List.copyOf(first);
        }
    }

    private record Made(Restore.Done restore, @Nullable Repaired repaired) {}

    private final Path dataDir;
    private final MetaDirectory directory;
    private final Member peer;
    private final FsckRepair repair;

    private MetadataImport(Path dataDir, MetaDirectory directory, Member peer, FsckRepair repair) {
        this.dataDir = dataDir;
        this.directory = directory;
        this.peer = peer;
        this.repair = repair;
    }

    /**
     * Throws {@link IOException} with a sentence, if the directory is used, or the backup is damaged, of a newer version or of
     * another cluster than the data nodes in the directory.
     *
     * @param dataDir as {@code flare.data-dir} of the process that is to start on it
     * @param peer as in {@code flare.raft.peers}: {@code id@host:port}
     */
    public static Imported run(InputStream backup, Path dataDir, String peer, FsckRepair repair) throws IOException {
        Member member = Member.parse(peer);
        try (MetaDirectory directory = MetaDirectory.open(dataDir.resolve("meta"))) {
            directory.requireUnused();
            return new MetadataImport(dataDir, directory, member, repair).run(backup);
        }
    }

    private Imported run(InputStream backup) throws IOException {
        Path work = directory.importing();
        Files.createDirectory(work);
        DurableFiles.sync(directory.root());
        try {
            return made(backup, work);
        } catch (IOException | RuntimeException e) {
            if (directory.unidentified()) {
                directory.forgetGroups();
                DurableFiles.deleteTree(work);
            }
            throw e;
        }
    }

    private Imported made(InputStream backup, Path work) throws IOException {
        Path state = Files.createDirectory(work.resolve("state"));
        BackupReport report = BackupReader.read(backup, target(state));
        RocksLibrary.load(directory.root().resolve("native"));
        Path group = work.resolve("group");
        Made made = restore(state, report.header(), group);
        Restore.Done restored = made.restore;
        writeRaft(Files.createDirectories(group.resolve("current")), restored.position());
        DurableFiles.syncTree(group);

        Identity identity = new Identity(peer.id(), UUID.randomUUID());
        Files.move(group, directory.raft().resolve(identity.group().toString()));
        directory.initialised(identity);
        DurableFiles.deleteTree(work);
        DurableFiles.sync(directory.root());
        return new Imported(
                report, peer.id(), restored.epoch(), restored.position().index(), restored.sessions(), made.repaired);
    }

    private BackupReader.Target target(Path state) {
        return new BackupReader.Target() {
            @Override
            public void header(BackupHeader header) throws IOException {
                FeatureLevel.check("the backup", header.featureLevel());
                refuseOtherClusters(header);
            }

            @Override
            public OutputStream file(String name) throws IOException {
                return new BufferedOutputStream(Files.newOutputStream(state.resolve(name)));
            }
        };
    }

    private void refuseOtherClusters(BackupHeader header) throws IOException {
        List<Path> nodes;
        try (Stream<Path> children = Files.list(dataDir)) {
            nodes = children.map(child -> child.resolve("identity"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
        for (Path node : nodes) {
            Matcher cluster = CLUSTER.matcher(Files.readString(node, StandardCharsets.ISO_8859_1));
            if (cluster.find() && !cluster.group(1).equals(header.cluster().toString())) {
                throw new IOException("the backup is of cluster " + header.cluster() + ", but " + node.getParent()
                        + " holds data of cluster " + cluster.group(1) + ": take a backup of that one");
            }
        }
    }

    private Made restore(Path directory, BackupHeader header, Path group) throws IOException {
        Position from = new Position(header.term(), header.index());
        Position to = new Position(header.term() + LOST_TERMS, header.index() + LOST_ENTRIES);
        Path snapshot = group.resolve("sm").resolve("snapshot." + to.term() + "_" + to.index());
        Files.createDirectories(snapshot.getParent());
        CheckpointCheck.readTables(directory);
        try (RocksState state = RocksState.open(directory, MEMORY)) {
            if (!state.applied().equals(from)) {
                throw new IOException("the backup says that it is of " + from + ", its rows are of " + state.applied());
            }
            Repaired repaired = repair == FsckRepair.NONE ? null : repair(state);
            Restore.Done done = Restore.of(state, header.cluster(), to);
            state.checkpoint(snapshot);
            SnapshotDigests.Written written = SnapshotDigests.write(snapshot, Optional.empty());
            state.check(snapshot, to, written.files());
            return new Made(done, repaired);
        }
    }

    private Repaired repair(RocksState state) throws IOException {
        FsckReport before = state.repair(repair, Fsck.BLOBS_A_PASS);
        FsckReport after = state.fsck(Fsck.BLOBS_A_PASS);
        return new Repaired(before.problems(), after.problems(), after.first());
    }

    /** Ratis' files of a group of one peer that voted for nobody in this term yet. */
    private void writeRaft(Path current, Position position) throws IOException {
        LogEntryProto members = LogEntryProto.newBuilder()
                .setTerm(position.term())
                .setIndex(position.index())
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addPeers(RaftPeerProto.newBuilder()
                                .setId(ByteString.copyFromUtf8(peer.id()))
                                .setAddress(peer.address())))
                .build();
        DurableFiles.replace(current.resolve("raft-meta.conf"), members.toByteArray());
        String vote = "term=" + position.term() + "\nvotedFor=\n";
        DurableFiles.replace(current.resolve("raft-meta"), vote.getBytes(StandardCharsets.UTF_8));
    }
}
