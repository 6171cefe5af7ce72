package flare.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ratis' files of a group: log segments by their names, {@code log_FIRST-LAST} and {@code log_inprogress_FIRST}. */
final class LogFiles {

    private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_(\\d+)|(\\d+)-\\d+)");

    private static final Logger log = LoggerFactory.getLogger(LogFiles.class);

    private LogFiles() {}

    /** Of the oldest entry still there; empty without a log. */
    static OptionalLong firstIndex(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return OptionalLong.empty();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> SEGMENT.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1) == null ? name.group(2) : name.group(1)))
                    .min();
        }
    }

    /** In the last configuration written down, and the one before it while a change is under way; empty where none can be read. */
    static OptionalInt recordedVoters(Path directory) throws IOException {
        Path file = directory.resolve("raft-meta.conf");
        if (!Files.exists(file)) {
            return OptionalInt.empty();
        }
        try {
            RaftConfigurationProto conf =
                    LogEntryProto.parseFrom(Files.readAllBytes(file)).getConfigurationEntry();
            return OptionalInt.of(Math.max(conf.getPeersCount(), conf.getOldPeersCount()));
        } catch (InvalidProtocolBufferException e) {
            log.warn("{} can't be read", file, e);
            return OptionalInt.empty();
        }
    }
}
