package flare.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** The admin API's JSON, the same on both sides. Fields that a newer server adds are passed over. */
public final class AdminJson {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private AdminJson() {}

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for " + value.getClass(), e);
        }
    }

    /** Throws {@link IOException} for what is not the JSON of such a record. */
    public static <T> T read(byte[] json, Class<T> type) throws IOException {
        JavaType target = MAPPER.constructType(type);
        T value = MAPPER.readValue(json, target);
        if (value == null) {
            throw new IOException("null instead of " + type.getSimpleName());
        }
        return value;
    }

    /** The same of what somebody orders: a field that is not known is refused, for what it should do would not be done. */
    static <T> T readStrictly(byte[] json, Class<T> type) throws IOException {
        T value = MAPPER.readerFor(type)
                .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readValue(json);
        if (value == null) {
            throw new IOException("null instead of " + type.getSimpleName());
        }
        return value;
    }

    /** The same JSON, indented for people. */
    public static String indented(byte[] json) throws IOException {
        return MAPPER.readTree(json).toPrettyString();
    }
}
