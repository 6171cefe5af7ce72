package flare.s3;

import flare.http.Headers;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The checksums of multipart uploads: chosen when one is begun, said with each part and at the end. */
final class UploadChecksums {

    private UploadChecksums() {}

    /** The default is FULL_OBJECT where it can be told from the parts' (CRC64NVME), else COMPOSITE, as S3 has it. */
    static Checksum.Type type(Headers headers, Optional<ChecksumAlgorithm> algorithm) {
        Optional<String> asked = headers.first(ChecksumHeaders.TYPE);
        boolean full = asked.map("FULL_OBJECT"::equals)
                .orElse(algorithm.filter(ChecksumAlgorithm.CRC64NVME::equals).isPresent());
        boolean known = asked.map(text -> text.equals("FULL_OBJECT") || text.equals("COMPOSITE"))
                .orElse(true);
        boolean possible = algorithm
                .map(chosen -> full ? chosen.isCrc() : chosen != ChecksumAlgorithm.CRC64NVME)
                .orElse(asked.isEmpty());
        if (!known || !possible) {
            throw new FlareException(
                    Fault.INVALID_REQUEST,
                    ChecksumHeaders.TYPE + " = " + asked.orElse("") + " does not go with " + ChecksumHeaders.ALGORITHM
                            + " = " + algorithm.map(Enum::name).orElse("none"));
        }
        return full ? Checksum.Type.FULL_OBJECT : Checksum.Type.COMPOSITE;
    }

    /** Of one part in the list that completes an upload. */
    static Optional<String> ofPart(XmlElement part) {
        Optional<String> found = Optional.empty();
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            found = found.or(() -> part.child("Checksum" + algorithm.name())
                    .map(value -> value.text().strip()));
        }
        return found;
    }

    static HttpResponse announce(HttpResponse response, Optional<ChecksumAlgorithm> algorithm, Checksum.Type type) {
        return algorithm.isEmpty()
                ? response
                : response.addHeader(RawHeader.create(
                                ChecksumHeaders.ALGORITHM, algorithm.get().name()))
                        .addHeader(RawHeader.create(ChecksumHeaders.TYPE, type.name()));
    }
}
