package flare.sigv4;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Derived keys by credential, since deriving one costs four times what it is then used for. An entry counts only for the
 * secret that it was made from: a user whose secret was changed has no old keys left here.
 */
public final class SigningKeys {

    static final int MAX_CACHED = 1024;

    private record Derived(SecretKey secret, SigningKey key) {}

    private final Map<Credential, Derived> cached = new ConcurrentHashMap<>();

    SigningKey of(Credential credential, SecretKey secret) {
        Derived found = cached.get(credential);
        if (found != null && found.secret().isSameAs(secret)) {
            return found.key();
        }
        SigningKey key = new SigningKey(secret, credential.scope());
        // A new day makes every entry useless at once, so there is no order worth keeping.
        if (cached.size() >= MAX_CACHED) {
            cached.clear();
        }
        cached.put(credential, new Derived(secret, key));
        return key;
    }

    int size() {
        return cached.size();
    }
}
