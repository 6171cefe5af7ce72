package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class SigningKeysTest {

    private static final CredentialScope SCOPE = new CredentialScope(LocalDate.of(2015, 8, 30), "us-east-1");
    private static final SecretKey SECRET = SecretKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private final SigningKeys keys = new SigningKeys();

    @Test
    void keepsAKeyForItsCredential() {
        SigningKey first = keys.of(credential(1), SECRET);
        assertThat(keys.of(credential(1), SECRET)).isSameAs(first);
        assertThat(keys.of(credential(2), SECRET)).isNotSameAs(first);
    }

    @Test
    void forgetsTheKeyOfASecretThatWasChanged() {
        SigningKey old = keys.of(credential(1), SECRET);
        SigningKey now = keys.of(credential(1), SecretKey.of("the new secret"));
        assertThat(now).isNotSameAs(old);
        assertThat(now.sign("x").matches(old.sign("x"))).isFalse();
        assertThat(keys.of(credential(1), SECRET).sign("x").matches(old.sign("x")))
                .isTrue();
    }

    @Test
    void keepsNoMoreThanItsLimit() {
        for (int i = 0; i < 3 * SigningKeys.MAX_CACHED; i++) {
            keys.of(credential(i), SECRET);
            assertThat(keys.size()).isLessThanOrEqualTo(SigningKeys.MAX_CACHED);
        }
    }

    private static Credential credential(int user) {
        return new Credential(new AccessKeyId("user" + user), SCOPE);
    }
}
