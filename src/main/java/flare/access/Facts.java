package flare.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is known of a request, by condition key. Keys don't tell case, but for the tag named behind a slash. */
public final class Facts {

    public static final Facts NONE = new Facts(Map.of());

    private final Map<String, List<String>> values;

    private Facts(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Empty: the key is not there. */
    List<String> all(ConditionKey key) {
        return values.getOrDefault(key.text(), List.of());
    }

    /** The one value; of several there is none. */
    Optional<String> one(ConditionKey key) {
        List<String> all = all(key);
        return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }

    public Builder more() {
        return new Builder(new HashMap<>(values));
    }

    public static Builder builder() {
        return new Builder(new HashMap<>());
    }

    public static final class Builder {
        private final Map<String, List<String>> values;

        private Builder(Map<String, List<String>> values) {
            this.values = values;
        }

        /** @param key one that policies know: any other is a bug */
        public Builder put(String key, String value) {
            return put(key, List.of(value));
        }

        public Builder put(String key, Optional<String> value) {
            value.ifPresent(known -> put(key, known));
            return this;
        }

        public Builder put(String key, List<String> all) {
            values.put(
                    ConditionKey.known(key)
                            .orElseThrow(() -> new IllegalArgumentException(key))
                            .text(),
                    all);
            return this;
        }

        public Facts build() {
            return new Facts(Map.copyOf(values));
        }
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
