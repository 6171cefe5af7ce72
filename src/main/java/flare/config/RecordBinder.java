package flare.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import flare.model.ByteSize;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds a HOCON block to a record: component {@code chunkSize} reads key {@code chunk-size}, a nested record a nested
 * block. A key that no component reads is refused, so that a misspelt setting never goes unnoticed.
 */
final class RecordBinder {

    private final String root;

    /** @param root path that messages put before each key, such as {@code flare} */
    RecordBinder(String root) {
        this.root = root;
    }

    <T extends Record> T bind(Config block, Class<T> type) {
        refuseUnknownKeys(block, type, root);
        return bindAt(block, type, root);
    }

    private <T extends Record> T bindAt(Config block, Class<T> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = value(block, components[i], path);
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw new InvalidSettingException(path + ": " + (cause == null ? e : cause.getMessage()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    private @Nullable Object value(Config block, RecordComponent component, String path) {
        if (component.isAnnotationPresent(Inlined.class)) {
            return bindAt(block, component.getType().asSubclass(Record.class), path);
        }
        String key = kebab(component.getName());
        String fullKey = path + "." + key;
        try {
            return read(block, key, fullKey, component.getGenericType());
        } catch (ConfigException.Missing e) {
            throw new InvalidSettingException(fullKey + " is not set");
        } catch (ConfigException | IllegalArgumentException e) {
            throw new InvalidSettingException(fullKey + " = "
                    + block.getValue(key).render() + " is not allowed: " + expectation(component.getType()));
        }
    }

    private @Nullable Object read(Config block, String key, String fullKey, Type generic) {
        Class<?> type = raw(generic);
        if (type == Optional.class) {
            boolean absent = !block.hasPath(key) || (block.getAnyRef(key) instanceof String text && text.isEmpty());
            return absent ? Optional.empty() : Optional.ofNullable(read(block, key, fullKey, argument(generic)));
        }
        if (type == List.class || type == Set.class) {
            List<Object> elements = new ArrayList<>();
            for (String text : block.getStringList(key)) {
                elements.add(parse(text, raw(argument(generic))));
            }
            return type == List.class ? List.copyOf(elements) : Set.copyOf(new LinkedHashSet<>(elements));
        }
        if (type == int.class) {
            return block.getInt(key);
        }
        if (type == long.class) {
            return block.getLong(key);
        }
        if (type == double.class) {
            return block.getDouble(key);
        }
        if (type == boolean.class) {
            return block.getBoolean(key);
        }
        if (type == Duration.class) {
            return block.getDuration(key);
        }
        if (type == ByteSize.class) {
            return new ByteSize(block.getBytes(key));
        }
        if (type.isRecord()) {
            return bindAt(block.getConfig(key), type.asSubclass(Record.class), fullKey);
        }
        return parse(block.getString(key), type);
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
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> spelling(constant).equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(text));
        }
        throw new IllegalStateException("no setting has type " + type);
    }

    private void refuseUnknownKeys(Config block, Class<?> type, String path) {
        Set<String> known = new LinkedHashSet<>();
        collectKeys(type, known);
        for (String key : block.root().keySet()) {
            if (!known.contains(key)) {
                throw new InvalidSettingException(path + "." + key + " is no setting; here are allowed: "
                        + known.stream().sorted().collect(Collectors.joining(", ")));
            }
        }
        nested(block, type, path);
    }

    private void nested(Config block, Class<?> type, String path) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = kebab(component.getName());
            if (component.isAnnotationPresent(Inlined.class)) {
                nested(block, component.getType(), path);
            } else if (component.getType().isRecord() && component.getType() != ByteSize.class && block.hasPath(key)) {
                if (!(block.getValue(key) instanceof com.typesafe.config.ConfigObject object)) {
                    throw new InvalidSettingException(
                            path + "." + key + " = " + block.getValue(key).render() + " is not allowed: a block is");
                }
                refuseUnknownKeys(object.toConfig(), component.getType(), path + "." + key);
            }
        }
    }

    private static void collectKeys(Class<?> type, Set<String> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Inlined.class)) {
                collectKeys(component.getType(), keys);
            } else {
                keys.add(kebab(component.getName()));
            }
        }
    }

    private static String expectation(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + spellings(type) + " is";
        }
        if (type == Duration.class) {
            return "a duration such as 500ms, 10s or 2h is";
        }
        if (type == ByteSize.class) {
            return "a size such as 64KiB or 8MiB is";
        }
        if (type == int.class || type == long.class) {
            return "a whole number is";
        }
        if (type == boolean.class) {
            return "true or false is";
        }
        if (type == List.class || type == Set.class) {
            return "a list such as [a, b], of allowed values, is";
        }
        return "a value of type " + type.getSimpleName() + " is";
    }

    private static String spellings(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(RecordBinder::spelling)
                .collect(Collectors.joining(", "));
    }

    private static String spelling(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
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
