package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.access.BuiltinPolicy;
import flare.metadata.InMemoryMetadata;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserName;
import flare.model.UserProfile;
import flare.object.MetadataUserService;
import flare.object.UserService;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import flare.sigv4.Signer;
import flare.sigv4.Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The object port with alice and bob, who may do everything with buckets of their own, and carol, who was given nothing. */
final class UsersPort implements AutoCloseable {

    final TestPort port;
    final Who root;
    final Who nobody;
    final Who alice;
    final Who bob;
    final Who carol;

    private final AtomicInteger buckets = new AtomicInteger();

    UsersPort() {
        UserService users = new MetadataUserService(new InMemoryMetadata(), Duration.ofSeconds(5));
        port = new TestPort(
                ObjectPort.Access.signed(
                        new Verifier(new Verifier.Rules(SignedClient.REGION, Duration.ofMinutes(15), true)),
                        new UserAccounts(new RootAccount(SignedClient.KEY, SignedClient.SECRET), users),
                        Clock.systemUTC()),
                "",
                users);
        root = new Who(port, Optional.of(SignedClient.SIGNER));
        nobody = new Who(port, Optional.empty());
        alice = user("alice", 'a', Optional.of(BuiltinPolicy.OWNER.json()));
        bob = user("bob", 'b', Optional.of(BuiltinPolicy.OWNER.json()));
        carol = user("carol", 'c', Optional.empty());
    }

    static String id(char letter) {
        return String.valueOf(letter).repeat(CanonicalId.LENGTH);
    }

    Who user(String name, char letter, Optional<String> policy) {
        CanonicalId id = new CanonicalId(id(letter));
        String secret = "a-secret-of-" + name;
        UserProfile profile = new UserProfile(id, new UserName(name), Optional.empty(), Optional.empty());
        port.users
                .create(profile, Optional.of(new KeyPair(name, secret)))
                .toCompletableFuture()
                .join();
        policy.ifPresent(json -> give(id, json));
        return new Who(port, Optional.of(new Signer(new AccessKeyId(name), SecretKey.of(secret), SignedClient.REGION)));
    }

    private void give(CanonicalId user, String policy) {
        port.users
                .setPolicy(user, new PolicyName("given"), Optional.of(policy.getBytes(StandardCharsets.UTF_8)))
                .toCompletableFuture()
                .join();
    }

    /** A new one; as targets begin: {@code /name}. */
    String bucketOf(Who who, String... headers) throws IOException {
        String name = "bucket-" + buckets.incrementAndGet();
        assertThat(who.status("PUT", "/" + name, "", headers)).isEqualTo(200);
        return "/" + name;
    }

    /** Single quotes for double ones. */
    static String policy(String bucket, String effect, String principal, String action, String more) {
        return policy(statement(bucket, effect, principal, action, more));
    }

    static String policy(String... statements) {
        return ("{'Version': '2012-10-17', 'Statement': [" + String.join(", ", statements) + "]}").replace('\'', '"');
    }

    static String statement(String bucket, String effect, String principal, String action, String more) {
        return "{'Effect': '" + effect + "', 'Principal': " + principal + ", 'Action': '" + action
                + "', 'Resource': ['arn:aws:s3:::" + bucket.substring(1) + "', 'arn:aws:s3:::" + bucket.substring(1)
                + "/*']" + more + "}";
    }

    static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
    }

    @Override
    public void close() {
        port.close();
    }
}
