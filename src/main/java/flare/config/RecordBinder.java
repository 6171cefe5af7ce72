package flare.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds a HOCON block to a record: component {@code chunkSize} reads key {@code chunk-size}, a nested record a nested
 * block. A key that no component reads is refused, so that a misspelt setting never goes unnoticed. Every refusal is one
 * sentence with the whole key, the value as it was written, and what is allowed.
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
        try {
            return constructor(type).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof NotAllowedException notAllowed) {
                throw refusal(block, path, notAllowed.key(), keys(type).get(notAllowed.key()), notAllowed.allowed());
            }
            throw new IllegalStateException("cannot make " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    private static <T extends Record> Constructor<T> constructor(Class<T> type) throws NoSuchMethodException {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        Constructor<T> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor;
    }

    private Object value(Config block, RecordComponent component, String path) {
        if (component.isAnnotationPresent(Inlined.class)) {
            return bindAt(block, component.getType().asSubclass(Record.class), path);
        }
        String key = key(component);
        if (isBlock(component)) {
            return bindAt(block.getConfig(key), component.getType().asSubclass(Record.class), path + "." + key);
        }
        try {
            return ValueReader.read(block, key, component.getGenericType());
        } catch (ConfigException.Missing e) {
            throw new InvalidSettingException(
                    path + "." + key + " is not set: " + ValueReader.allowed(component.getGenericType()) + " needed");
        } catch (ConfigException | IllegalArgumentException e) {
            throw refusal(block, path, key, component, ValueReader.allowed(component.getGenericType()));
        }
    }

    private static InvalidSettingException refusal(
            Config block, String path, String key, @Nullable RecordComponent component, String allowed) {
        boolean secret = component != null && component.isAnnotationPresent(Secret.class);
        return notAllowed(
                path + "." + key, secret ? "(not shown)" : written(block.root().get(key)), allowed);
    }

    private static InvalidSettingException notAllowed(String fullKey, String value, String allowed) {
        return new InvalidSettingException(fullKey + " = " + value + " is not allowed: " + allowed);
    }

    private static String written(@Nullable ConfigValue value) {
        return value == null ? "null" : value.render(ConfigRenderOptions.concise());
    }

    private void refuseUnknownKeys(Config block, Class<?> type, String path) {
        Map<String, RecordComponent> known = keys(type);
        for (Map.Entry<String, ConfigValue> entry : block.root().entrySet()) {
            String key = entry.getKey();
            RecordComponent component = known.get(key);
            if (component == null) {
                throw new InvalidSettingException(path + "." + key + " is no setting; here are allowed: "
                        + known.keySet().stream().sorted().collect(Collectors.joining(", ")));
            }
            if (isBlock(component)) {
                if (!(entry.getValue() instanceof ConfigObject nested)) {
                    throw notAllowed(path + "." + key, written(entry.getValue()), "a block of settings { … } is");
                }
                refuseUnknownKeys(nested.toConfig(), component.getType(), path + "." + key);
            }
        }
    }

    /** The keys of a block, those of inlined records included. */
    private static Map<String, RecordComponent> keys(Class<?> type) {
        Map<String, RecordComponent> keys = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Inlined.class)) {
                keys.putAll(keys(component.getType()));
            } else {
                keys.put(key(component), component);
            }
        }
        return keys;
    }

    private static boolean isBlock(RecordComponent component) {
        return component.getType().isRecord() && !ValueReader.isValue(component.getType());
    }

    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
