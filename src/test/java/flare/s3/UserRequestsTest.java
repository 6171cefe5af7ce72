package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.InMemoryMetadata;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.UserName;
import flare.model.UserProfile;
import flare.object.MetadataUserService;
import flare.object.UserService;
import flare.sigv4.AccessKeyId;
import flare.sigv4.Payload;
import flare.sigv4.SecretKey;
import flare.sigv4.Signer;
import flare.sigv4.Verifier;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users sign, and are served or refused as their keys are now. */
class UserRequestsTest {

    private static final CanonicalId ANNA = new CanonicalId("a".repeat(64));
    private static final CanonicalId BOB = new CanonicalId("b".repeat(64));

    private static final InMemoryMetadata metadata = new InMemoryMetadata();
    private static final UserService users = new MetadataUserService(metadata, Duration.ofSeconds(5));
    private static final Verifier VERIFIER =
            new Verifier(new Verifier.Rules(SignedClient.REGION, Duration.ofMinutes(15), true));
    private static final Accounts ACCOUNTS =
            new UserAccounts(new RootAccount(SignedClient.KEY, SignedClient.SECRET), users);

    /** Where whoever is known may do everything, so that only who they are counts. */
    private static final TestPort port = new TestPort(
            new ObjectPort.Access(
                    new SignatureAuthenticator(VERIFIER, ACCOUNTS, Clock.systemUTC()),
                    new SignedForms(VERIFIER, ACCOUNTS, Clock.systemUTC()),
                    true),
            "",
            users);

    @AfterAll
    static void stop() {
        port.close();
    }

    @BeforeEach
    void start() {
        metadata.refuse(false);
        for (UserService.KeyHolder holder : users.findAccessKey("ANNA").toCompletableFuture().join().stream()
                .toList()) {
            await(users.remove(holder.user().id()));
        }
        await(users.create(profile(ANNA, "anna", Optional.of("Anna <the first>")), Optional.of(pair("ANNA"))));
    }

    private static UserProfile profile(CanonicalId id, String name, Optional<String> displayName) {
        return new UserProfile(id, new UserName(name), displayName, Optional.empty());
    }

    private static KeyPair pair(String accessKey) {
        return new KeyPair(accessKey, "a secret of " + accessKey);
    }

    private static void await(CompletionStage<Void> stage) {
        stage.toCompletableFuture().join();
    }

    private static RawClient.Response send(TestPort to, String accessKey, String secret, String method, String target)
            throws IOException {
        Signer signer = new Signer(new AccessKeyId(accessKey), SecretKey.of(secret), SignedClient.REGION);
        String body = method.equals("PUT") ? "bytes" : "";
        WireRequest request = SignedClient.request(method, target, target.lastIndexOf('/') > 0 ? body.length() : 0);
        WireRequest signed = signer.sign(request, Payload.UNSIGNED, Instant.now());
        return to.ask(SignedClient.text(signed, target.lastIndexOf('/') > 0 ? body : ""));
    }

    private static RawClient.Response asAnna(String method, String target) throws IOException {
        return send(port, "ANNA", "a secret of ANNA", method, target);
    }

    private static RawClient.Response asRoot(String method, String target) throws IOException {
        return send(port, SignedClient.KEY.text(), SignedClient.SECRET_TEXT, method, target);
    }

    private static void refused(RawClient.Response response, int status, String code, String saying) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>").contains(saying);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).doesNotContain("a secret of");
    }

    @Test
    void aUserIsServedAndWhatItMakesIsTheBucketOwners() throws IOException {
        assertThat(asAnna("PUT", "/object/annas").status()).isEqualTo(200);
        assertThat(asAnna("GET", "/object/annas").body()).isEqualTo("bytes");
        String owner = "<ID>" + port.settings.s3().rootId() + "</ID><DisplayName>root</DisplayName>";
        assertThat(asRoot("GET", "/object?list-type=2&fetch-owner=true&prefix=annas")
                        .body())
                .contains(owner);
        assertThat(asRoot("GET", "/object?prefix=annas").body()).contains(owner);
        assertThat(asRoot("PUT", "/object/roots").status()).isEqualTo(200);
        assertThat(asAnna("GET", "/object?prefix=roots").body())
                .contains("<ID>" + port.settings.s3().rootId() + "</ID><DisplayName>root</DisplayName>");
    }

    @Test
    void aUserSeesItsOwnBucketsAndRootSeesAll() throws IOException {
        assertThat(asAnna("PUT", "/annas-bucket").status()).isEqualTo(200);
        assertThat(asAnna("GET", "/").body())
                .contains("<Name>annas-bucket</Name>", "<ID>" + ANNA + "</ID>")
                .doesNotContain("<Name>object</Name>");
        assertThat(asRoot("GET", "/").body())
                .contains("<Name>annas-bucket</Name>", "<Name>object</Name>")
                .contains("<ID>" + port.settings.s3().rootId() + "</ID>");
    }

    @Test
    void aRemovedKeyIsUnknownAtOnce() throws IOException {
        await(users.addKey(ANNA, pair("A2")));
        assertThat(send(port, "A2", "a secret of A2", "GET", "/").status()).isEqualTo(200);
        await(users.removeKey(ANNA, "A2"));
        refused(send(port, "A2", "a secret of A2", "GET", "/"), 403, "InvalidAccessKeyId", "A2");
        assertThat(asAnna("GET", "/").status()).isEqualTo(200);
        await(users.remove(ANNA));
        refused(asAnna("GET", "/"), 403, "InvalidAccessKeyId", "ANNA");
    }

    @Test
    void aKeyThatIsGivenToAnotherIsTheOthers() throws IOException {
        await(users.create(profile(BOB, "bob", Optional.empty()), Optional.of(pair("SHARED"))));
        assertThat(send(port, "SHARED", "a secret of SHARED", "GET", "/").body())
                .contains(BOB.value());
        await(users.removeKey(BOB, "SHARED"));
        await(users.addKey(ANNA, new KeyPair("SHARED", "a secret of its own")));
        refused(send(port, "SHARED", "a secret of SHARED", "GET", "/"), 403, "SignatureDoesNotMatch", "SHARED");
        assertThat(send(port, "SHARED", "a secret of its own", "GET", "/").body())
                .contains(ANNA.value());
        await(users.remove(BOB));
    }

    @Test
    void disabledKeysAndUsersAreRefusedToWhoHasTheSecret() throws IOException {
        await(users.enableKey(ANNA, "ANNA", false));
        refused(asAnna("GET", "/"), 403, "InvalidAccessKeyId", "access key ANNA is disabled");
        refused(send(port, "ANNA", "another secret", "GET", "/"), 403, "SignatureDoesNotMatch", "ANNA");
        await(users.enableKey(ANNA, "ANNA", true));
        await(users.enable(ANNA, false));
        refused(asAnna("GET", "/"), 403, "InvalidAccessKeyId", "user anna is disabled");
        await(users.enable(ANNA, true));
        assertThat(asAnna("GET", "/").status()).isEqualTo(200);
    }

    @Test
    void unknownKeysAndWrongSecretsAreRefused() throws IOException {
        refused(send(port, "NOBODY", "a secret of ANNA", "GET", "/"), 403, "InvalidAccessKeyId", "NOBODY");
        refused(send(port, "ANNA", "another secret", "GET", "/"), 403, "SignatureDoesNotMatch", "ANNA");
    }

    /** I11: a key that might have been removed meanwhile does not count. Root's is in the settings. */
    @Test
    void withoutALeaderUsersWaitAndRootDoesNot() throws IOException {
        metadata.refuse(true);
        refused(asAnna("GET", "/"), 503, "ServiceUnavailable", "no leader");
        assertThat(asRoot("GET", "/").status()).isEqualTo(200);
    }

    @Test
    void theBodyIsNotAskedForBeforeItIsKnownWhoSends() throws IOException {
        Signer signer = new Signer(new AccessKeyId("NOBODY"), SecretKey.of("a secret"), SignedClient.REGION);
        WireRequest request = SignedClient.request("PUT", "/object/k", 5, "expect", "100-continue");
        String head = SignedClient.text(signer.sign(request, Payload.UNSIGNED, Instant.now()), "");
        try (RawClient raw = port.connect()) {
            assertThat(raw.send(head).response(false).status()).isEqualTo(403);
        }
    }

    @Test
    void aUserWithoutAPolicyMayDoNothing() throws IOException {
        try (TestPort strict =
                new TestPort(ObjectPort.Access.signed(VERIFIER, ACCOUNTS, Clock.systemUTC()), "", users)) {
            for (String[] line : new String[][] {
                {"GET", "/"},
                {"PUT", "/mine"},
                {"PUT", "/object/k"},
                {"GET", "/object/k"},
                {"DELETE", "/object/k"},
                {"GET", "/object?list-type=2"},
                {"GET", "/object?uploads"}
            }) {
                refused(send(strict, "ANNA", "a secret of ANNA", line[0], line[1]), 403, "AccessDenied", "");
            }
            assertThat(strict.objects.keys()).isEmpty();
        }
    }
}
