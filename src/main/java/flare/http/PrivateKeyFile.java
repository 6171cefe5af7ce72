package flare.http;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the private key of a certificate: PKCS#8, or the older forms for RSA (PKCS#1) and elliptic curves (SEC 1), which
 * Java does not read. Those lack only the name of the algorithm, which the certificate has: wrapped with it they are PKCS#8.
 */
final class PrivateKeyFile {

    private static final String PKCS8 = "PRIVATE KEY";
    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final List<String> OLDER = List.of("RSA PRIVATE KEY", "EC PRIVATE KEY");

    private static final byte SEQUENCE = 0x30;
    private static final byte OCTETS = 0x04;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] PROBE = {1, 2, 3, 4};

    private PrivateKeyFile() {}

    /** Throws {@link CertificateRefusedException} for what is no such key, or not the key of the certificate. */
    static PrivateKey read(PemFile file, PublicKey ofCertificate) {
        if (!file.all(ENCRYPTED).isEmpty()) {
            throw new CertificateRefusedException(
                    file.path(), "the key is encrypted: 'openssl pkey -in FILE -out OTHER' decrypts it", null);
        }
        try {
            byte[] encoded = pkcs8(file, ofCertificate);
            PrivateKey key =
                    KeyFactory.getInstance(algorithm(ofCertificate)).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            if (!belong(key, ofCertificate)) {
                throw new CertificateRefusedException(file.path(), "it is not the key of the certificate", null);
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new CertificateRefusedException(
                    file.path(),
                    "it is not the key of the certificate, which is one of " + algorithm(ofCertificate)
                            + ", or damaged",
                    e);
        }
    }

    private static byte[] pkcs8(PemFile file, PublicKey ofCertificate) {
        List<byte[]> keys = file.all(PKCS8);
        if (!keys.isEmpty()) {
            return keys.get(0);
        }
        for (String label : OLDER) {
            List<byte[]> older = file.all(label);
            if (!older.isEmpty()) {
                return der(
                        SEQUENCE,
                        VERSION_0,
                        algorithmIdentifier(ofCertificate.getEncoded()),
                        der(OCTETS, older.get(0)));
            }
        }
        throw new CertificateRefusedException(
                file.path(),
                "it holds no private key (-----BEGIN PRIVATE KEY-----, or RSA PRIVATE KEY, or EC PRIVATE KEY)",
                null);
    }

    private static String algorithm(PublicKey key) {
        return key.getAlgorithm();
    }

    private static boolean belong(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (algorithm(certified)) {
                    case "RSA" -> "SHA256withRSA";
                    case "RSASSA-PSS" -> "RSASSA-PSS";
                    case "EC" -> "SHA256withECDSA";
                    default -> algorithm(certified);
                });
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(PROBE);
        return signature.verify(signed);
    }

    /** The first element of a SubjectPublicKeyInfo (RFC 5280 section 4.1): the algorithm and its curve. */
    private static byte[] algorithmIdentifier(byte[] publicKey) {
        int start = contentOf(publicKey, 0);
        int content = contentOf(publicKey, start);
        return Arrays.copyOfRange(publicKey, start, content + length(publicKey, start));
    }

    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            length = length << 8 | (der[at + 2 + i] & 0xFF);
        }
        return length;
    }

    private static byte[] der(byte tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        // DER wants the shortest form; a key file is far below 16 MiB.
        int size = content.size();
        int lengthBytes = size < 0x80 ? 0 : size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
        all.write(lengthBytes == 0 ? size : 0x80 | lengthBytes);
        for (int i = lengthBytes - 1; i >= 0; i--) {
            all.write(size >> (Byte.SIZE * i));
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
