package flare.sigv4;

/** The value of {@code x-amz-content-sha256}, as it is signed. */
public record Payload(String text) {

    public static final Payload UNSIGNED = new Payload("UNSIGNED-PAYLOAD");
    public static final Payload SIGNED_CHUNKS = new Payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    public static final Payload SIGNED_CHUNKS_WITH_TRAILER = new Payload("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
    public static final Payload UNSIGNED_CHUNKS_WITH_TRAILER = new Payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER");

    /** Throws {@link SignatureRefusedException} with UNKNOWN_PAYLOAD_HASH. */
    public Payload {
        if (modeOf(text) == PayloadMode.HASHED && !isHash(text)) {
            throw new SignatureRefusedException(
                    SignatureFault.UNKNOWN_PAYLOAD_HASH,
                    "x-amz-content-sha256 is neither a SHA-256 in hex nor a known word for a body that is signed otherwise");
        }
    }

    public static Payload of(byte[] body) {
        return new Payload(Sha256.hex(Sha256.start().digest(body)));
    }

    public PayloadMode mode() {
        return modeOf(text);
    }

    private static PayloadMode modeOf(String text) {
        return switch (text) {
            case "UNSIGNED-PAYLOAD" -> PayloadMode.UNSIGNED;
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> PayloadMode.SIGNED_CHUNKS;
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> PayloadMode.SIGNED_CHUNKS_WITH_TRAILER;
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> PayloadMode.UNSIGNED_CHUNKS_WITH_TRAILER;
            default -> PayloadMode.HASHED;
        };
    }

    private static boolean isHash(String text) {
        return text.length() == Sha256.HEX_LENGTH && text.chars().allMatch(Payload::isHexDigit);
    }

    private static boolean isHexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
