package flare.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM file (RFC 7468); what stands between them is commentary. */
record PemFile(Path path, List<Block> blocks) {

    /** More than any chain of certificates: a wrong path must not fill the memory. */
    private static final long MAX_BYTES = 1024 * 1024;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----", Pattern.DOTALL);

    PemFile {
        blocks = List.copyOf(blocks);
    }

    /** @param label such as {@code CERTIFICATE} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Block(String label, byte[] der) {}

    /** Throws {@link CertificateRefusedException} for a file that can't be read or holds no block. */
    static PemFile read(Path path) {
        String text = text(path);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new CertificateRefusedException(
                        path,
                        "its block '" + matcher.group(1) + "' is no Base64; an encrypted key must be decrypted",
                        e);
            }
        }
        if (blocks.isEmpty()) {
            throw new CertificateRefusedException(
                    path, "it holds nothing in PEM (-----BEGIN …-----); DER and PKCS#12 files must be converted", null);
        }
        return new PemFile(path, blocks);
    }

    private static String text(Path path) {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new CertificateRefusedException(path, "it is longer than " + MAX_BYTES + " bytes", null);
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new CertificateRefusedException(path, "there is no such file", e);
        } catch (IOException e) {
            throw new CertificateRefusedException(
                    path, "it can't be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    List<byte[]> all(String label) {
        return blocks.stream()
                .filter(block -> block.label().equals(label))
                .map(Block::der)
                .toList();
    }
}
