package flare.object;

import flare.chunk.Digests;
import flare.metadata.Command;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PartInfo;
import flare.model.UploadInfo;
import flare.object.MultipartService.CompleteRequest;
import flare.object.MultipartService.CompletedPart;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Judges the parts that a client names against those that are there, and says what the object will be: its ETag is the
 * MD5 of the parts' MD5s and their number, and its checksum follows from theirs.
 */
final class Completion {

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private final CompleteRequest request;
    private final UploadInfo upload;
    private final Map<Integer, PartInfo> known = new HashMap<>();
    private final long minPartBytes;

    Completion(CompleteRequest request, UploadInfo upload, List<PartInfo> parts, long minPartBytes) {
        this.request = request;
        this.upload = upload;
        this.minPartBytes = minPartBytes;
        parts.forEach(part -> known.put(part.number(), part));
    }

    Command.CompleteUpload command() {
        List<PartInfo> parts = parts();
        long size = parts.stream().mapToLong(PartInfo::size).sum();
        if (request.size().isPresent() && request.size().get() != size) {
            throw new FlareException(
                    Fault.INVALID_REQUEST,
                    "the parts have " + size + " bytes, not " + request.size().get());
        }
        boolean otherKind =
                request.type().filter(type -> type != upload.checksumType()).isPresent();
        if (otherKind && upload.algorithm().isPresent()) {
            throw new FlareException(
                    Fault.INVALID_REQUEST,
                    "the upload was begun with a checksum of type " + upload.checksumType() + ", not "
                            + request.type().get());
        }
        Optional<Checksum> checksum = checksum(parts);
        expected(checksum);
        return new Command.CompleteUpload(
                request.upload(),
                parts.stream()
                        .map(part -> new Command.PartRef(part.number(), part.version()))
                        .toList(),
                etag(parts),
                checksum,
                request.condition());
    }

    private List<PartInfo> parts() {
        if (request.parts().isEmpty()) {
            throw new FlareException(Fault.INVALID_REQUEST, "an object is made of at least one part");
        }
        List<PartInfo> parts = new ArrayList<>();
        int before = 0;
        for (CompletedPart wanted : request.parts()) {
            if (wanted.number() <= before) {
                throw new FlareException(
                        Fault.INVALID_PART_ORDER, "part " + wanted.number() + " comes behind part " + before);
            }
            before = wanted.number();
            parts.add(part(wanted));
        }
        for (PartInfo part : parts.subList(0, parts.size() - 1)) {
            if (part.size() < minPartBytes) {
                throw new FlareException(
                        Fault.ENTITY_TOO_SMALL,
                        "part " + part.number() + " has " + part.size() + " bytes and is not the last: at least "
                                + minPartBytes + " are wanted");
            }
        }
        return parts;
    }

    private PartInfo part(CompletedPart wanted) {
        PartInfo part = known.get(wanted.number());
        boolean same = part != null
                && part.etag().equals(wanted.etag())
                && wanted.checksum()
                        .map(value -> part.checksum()
                                .map(kept -> kept.value().equals(value))
                                .orElse(false))
                        .orElse(true);
        if (part == null || !same) {
            throw new FlareException(
                    Fault.INVALID_PART,
                    "part " + wanted.number() + " with ETag " + wanted.etag()
                            + (part == null ? " was not uploaded" : " is another: its ETag is " + part.etag()));
        }
        return part;
    }

    private static String etag(List<PartInfo> parts) {
        MessageDigest md5 = Digests.newMd5();
        boolean allMd5 =
                parts.stream().allMatch(part -> MD5.matcher(part.etag()).matches());
        for (PartInfo part : parts) {
            md5.update(
                    allMd5 ? HexFormat.of().parseHex(part.etag()) : part.etag().getBytes(StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    /** Empty where none was asked for, or a part has none, as one that was copied. */
    private Optional<Checksum> checksum(List<PartInfo> parts) {
        Optional<ChecksumAlgorithm> algorithm = upload.algorithm();
        boolean allHave = algorithm.isPresent()
                && parts.stream()
                        .allMatch(part -> part.checksum()
                                .map(kept -> kept.algorithm() == algorithm.get())
                                .orElse(false));
        if (!allHave) {
            return Optional.empty();
        }
        return upload.checksumType() == Checksum.Type.COMPOSITE
                ? Optional.of(composite(algorithm.orElseThrow(), parts))
                : Optional.of(full(algorithm.orElseThrow(), parts));
    }

    private static byte[] value(PartInfo part) {
        return Base64.getDecoder().decode(part.checksum().orElseThrow().value());
    }

    private static Checksum composite(ChecksumAlgorithm algorithm, List<PartInfo> parts) {
        ChecksumAlgorithm.Running running = algorithm.start();
        parts.forEach(part -> running.update(ByteBuffer.wrap(value(part))));
        String value = Base64.getEncoder().encodeToString(running.finish()) + "-" + parts.size();
        return new Checksum(algorithm, value, Checksum.Type.COMPOSITE);
    }

    private static Checksum full(ChecksumAlgorithm algorithm, List<PartInfo> parts) {
        if (!algorithm.isCrc()) {
            throw new FlareException(
                    Fault.INVALID_REQUEST, algorithm + " of a whole object does not follow from its parts'");
        }
        CrcJoin join = CrcJoin.of(algorithm);
        long crc = 0;
        for (PartInfo part : parts) {
            crc = join.join(crc, number(value(part)), part.size());
        }
        return new Checksum(algorithm, join.text(crc), Checksum.Type.FULL_OBJECT);
    }

    private static long number(byte[] value) {
        long number = 0;
        for (byte b : value) {
            number = number << 8 | (b & 0xff);
        }
        return number;
    }

    private void expected(Optional<Checksum> checksum) {
        if (request.checksum().isEmpty()) {
            return;
        }
        String expected = request.checksum().get();
        boolean same = checksum.map(kept -> kept.value().equals(expected)
                        || kept.value().equals(expected + "-" + request.parts().size()))
                .orElse(false);
        if (!same) {
            throw new FlareException(
                    Fault.BAD_DIGEST,
                    "the object's checksum is " + checksum.map(Checksum::value).orElse("not known") + ", announced was "
                            + expected);
        }
    }
}
