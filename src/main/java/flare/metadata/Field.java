package flare.metadata;

/** Decodes one field, so that whatever its value's constructor refuses is told with the field's name. */
final class Field {

    interface Decoding<T> {
        T decode() throws MalformedEntryException;
    }

    private Field() {}

    static <T> T of(String name, Decoding<T> decoding) throws MalformedEntryException {
        try {
            return decoding.decode();
        } catch (RuntimeException refused) {
            throw new MalformedEntryException("field " + name + ": " + refused.getMessage(), refused);
        }
    }

    static void require(boolean present, String name) throws MalformedEntryException {
        if (!present) {
            throw new MalformedEntryException("field " + name + " is missing or unknown to this version", null);
        }
    }
}
