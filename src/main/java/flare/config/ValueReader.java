package flare.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import flare.model.AddressBlock;
import flare.model.ByteSize;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads one value of the type a record component has, and says in words what such a type allows. */
final class ValueReader {

    /** @param allowed the end of a sentence: {@code a whole number is} */
    private record Kind(Reader reader, String allowed) {}

    @FunctionalInterface
    private interface Reader {
        Object read(Config block, String key);
    }

    private ValueReader() {}

    /** Whether a record type is a single value, not a block of settings. */
    static boolean isValue(Class<?> type) {
        return type == ByteSize.class;
    }

    /**
     * Throws {@link com.typesafe.config.ConfigException} or {@link IllegalArgumentException} for what can't be such a
     * value. An empty text counts as an optional value not given: environment variables can't say null.
     */
    static Object read(Config block, String key, Type type) {
        if (raw(type) == Optional.class) {
            boolean absent = !block.hasPath(key) || (block.getAnyRef(key) instanceof String text && text.isEmpty());
            return absent ? Optional.empty() : Optional.of(read(block, key, argument(type)));
        }
        return kind(type).reader.read(block, key);
    }

    /** The end of a sentence: what values of the type are allowed. */
    static String allowed(Type type) {
        return raw(type) == Optional.class ? allowed(argument(type)) : kind(type).allowed;
    }

    private static Kind kind(Type generic) {
        Class<?> type = raw(generic);
        if (type == int.class) {
            return new Kind(Config::getInt, "a whole number is");
        }
        if (type == long.class) {
            return new Kind(Config::getLong, "a whole number is");
        }
        if (type == double.class) {
            return new Kind(Config::getDouble, "a number is");
        }
        if (type == boolean.class) {
            return new Kind(Config::getBoolean, "true or false is");
        }
        if (type == Duration.class) {
            return new Kind(Config::getDuration, "a duration such as 500ms, 10s or 2h is");
        }
        if (type == ByteSize.class) {
            return new Kind((block, key) -> new ByteSize(block.getBytes(key)), "a size such as 64KiB, 8MiB or 5GiB is");
        }
        if (type == List.class || type == Set.class) {
            return listKind(type, raw(argument(generic)));
        }
        return new Kind((block, key) -> parse(block.getString(key), type), oneAllowed(type));
    }

    private static Kind listKind(Class<?> type, Class<?> element) {
        Reader reader = (block, key) -> {
            List<Object> elements = texts(block, key, element).stream()
                    .map(text -> parse(text, element))
                    .toList();
            return type == List.class ? elements : Set.copyOf(elements);
        };
        String example = element == AddressBlock.class ? "[\"10.0.0.0/8\", \"::1\"]" : "[\"a\", \"b\"]";
        return new Kind(
                reader,
                element.isEnum() ? "a list of " + spellings(element) + " is" : "a list, such as " + example + ", is");
    }

    /** Neither the environment nor {@code -D} can say a list: there it is a text with commas, where no comma can be meant. */
    private static List<String> texts(Config block, String key, Class<?> element) {
        boolean splits = element == String.class || element == URI.class || element == AddressBlock.class;
        if (!splits || block.getValue(key).valueType() != ConfigValueType.STRING) {
            return block.getStringList(key);
        }
        return Arrays.stream(block.getString(key).split(","))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static Object parse(String text, Class<?> type) {
        if (type == String.class) {
            return text;
        }
        if (type == Path.class) {
            return Path.of(text);
        }
        if (type == URI.class) {
            return URI.create(text);
        }
        if (type == AddressBlock.class) {
            return AddressBlock.parse(text);
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> spelling(constant).equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(text));
        }
        throw new IllegalStateException("no setting has type " + type);
    }

    private static String oneAllowed(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + spellings(type) + " is";
        }
        if (type == URI.class) {
            return "a URL such as http://10.0.0.7:9000 is";
        }
        return type == Path.class ? "a path is" : "a text is";
    }

    private static String spellings(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(ValueReader::spelling).collect(Collectors.joining(", "));
    }

    private static String spelling(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getRawType()
                : (Class<?>) type;
    }

    private static Type argument(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }
}
