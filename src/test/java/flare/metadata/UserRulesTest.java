package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserName;
import flare.model.UserProfile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, their keys and their policies, rule by rule. */
final class UserRulesTest {

    private static final CanonicalId ANNA = new CanonicalId("a".repeat(64));
    private static final CanonicalId BOB = new CanonicalId("b".repeat(64));
    private static final PolicyName POLICY = new PolicyName("policy");

    private final RocksState state;
    private long index = 100;

    UserRulesTest(@TempDir Path directory) throws Exception {
        this.state = States.open(directory.resolve("state"));
    }

    @AfterEach
    void stop() {
        state.close();
    }

    private Outcome apply(Command<?> command) throws Exception {
        return state.apply(new Position(4, ++index), 1_000, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }

    private void accept(Command<?> command) throws Exception {
        assertThat(apply(command)).isEqualTo(new Outcome.Accepted(new Command.Done()));
    }

    private void refuse(Fault fault, String saying, Command<?> command) throws Exception {
        Outcome outcome = apply(command);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused) outcome).fault()).isEqualTo(fault);
        assertThat(((Outcome.Refused) outcome).message()).contains(saying);
    }

    private static KeyPair pair(String accessKey) {
        return new KeyPair(accessKey, "secret of " + accessKey);
    }

    private static UserProfile profile(CanonicalId id, String name) {
        return new UserProfile(id, new UserName(name), Optional.empty(), Optional.empty());
    }

    private static Command<?> create(CanonicalId id, String name, String accessKey) {
        return new Command.CreateUser(profile(id, name), Optional.of(pair(accessKey)));
    }

    private static Command<?> policy(String name, int bytes) {
        return new Command.SetUserPolicy(ANNA, new PolicyName(name), Optional.of(new Document(new byte[bytes])));
    }

    private Optional<UserInfo> holder(String accessKey) {
        return state.query(new Query.FindAccessKey(accessKey));
    }

    private UserInfo anna() {
        return state.query(new Query.GetUser(ANNA)).orElseThrow();
    }

    @Test
    void aUserIsFoundByIdNameAndKey() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        UserInfo anna = anna();
        assertThat(anna.enabled()).isTrue();
        assertThat(anna.created()).isEqualTo(Instant.ofEpochMilli(1_000));
        assertThat(anna.key("A1").orElseThrow().pair()).isEqualTo(pair("A1"));
        assertThat(anna.key("A1").orElseThrow().enabled()).isTrue();
        assertThat(holder("A1")).contains(anna);
        assertThat(state.query(new Query.FindUser(new UserName("anna")))).contains(anna);
        assertThat(holder("A2")).isEmpty();
        assertThat(state.query(new Query.GetUser(BOB))).isEmpty();
        assertThat(state.query(new Query.FindUser(new UserName("bob")))).isEmpty();
    }

    @Test
    void anIdANameAndAKeyAreOneUsers() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        refuse(Fault.USER_ALREADY_EXISTS, ANNA.value(), create(ANNA, "other", "A2"));
        refuse(Fault.USER_ALREADY_EXISTS, "user anna", create(BOB, "anna", "A2"));
        refuse(Fault.ACCESS_KEY_ALREADY_EXISTS, "access key A1", create(BOB, "bob", "A1"));
        accept(create(BOB, "bob", "B1"));
        refuse(Fault.ACCESS_KEY_ALREADY_EXISTS, "access key A1", new Command.AddUserKey(BOB, pair("A1")));
        refuse(Fault.ACCESS_KEY_ALREADY_EXISTS, "access key B1", new Command.AddUserKey(BOB, pair("B1")));
        assertThat(holder("A1").orElseThrow().id()).isEqualTo(ANNA);
    }

    @Test
    void aRemovedUserLeavesNothingBehind() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        accept(new Command.AddUserKey(ANNA, pair("A2")));
        accept(policy("policy", 5));
        accept(new Command.RemoveUser(ANNA));
        assertThat(holder("A1")).isEmpty();
        assertThat(holder("A2")).isEmpty();
        assertThat(state.query(new Query.FindUser(new UserName("anna")))).isEmpty();
        refuse(Fault.NO_SUCH_USER, ANNA.value(), new Command.RemoveUser(ANNA));
        accept(create(ANNA, "anna", "A1"));
        assertThat(anna().keys()).containsOnlyKeys("A1");
        assertThat(anna().policies()).isEmpty();
    }

    @Test
    void aRemovedKeyIsFoundNoMoreAndFree() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        accept(new Command.AddUserKey(ANNA, pair("A0")));
        assertThat(anna().keys()).containsOnlyKeys("A0", "A1");
        accept(new Command.RemoveUserKey(ANNA, "A1"));
        assertThat(holder("A1")).isEmpty();
        assertThat(holder("A0")).isPresent();
        refuse(Fault.NO_SUCH_ACCESS_KEY, "A1", new Command.RemoveUserKey(ANNA, "A1"));
        accept(create(BOB, "bob", "A1"));
        assertThat(holder("A1").orElseThrow().id()).isEqualTo(BOB);
        refuse(Fault.NO_SUCH_ACCESS_KEY, "A1", new Command.RemoveUserKey(ANNA, "A1"));
    }

    @Test
    void usersAndKeysAreDisabledAndEnabled() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        accept(new Command.AddUserKey(ANNA, pair("A2")));
        accept(new Command.EnableUserKey(ANNA, "A1", false));
        accept(new Command.EnableUser(ANNA, false));
        assertThat(anna().enabled()).isFalse();
        assertThat(anna().key("A1").orElseThrow().enabled()).isFalse();
        assertThat(anna().key("A2").orElseThrow().enabled()).isTrue();
        accept(new Command.EnableUserKey(ANNA, "A1", true));
        accept(new Command.EnableUser(ANNA, true));
        assertThat(anna().enabled()).isTrue();
        assertThat(anna().key("A1").orElseThrow().enabled()).isTrue();
        refuse(Fault.NO_SUCH_ACCESS_KEY, "A9", new Command.EnableUserKey(ANNA, "A9", true));
        refuse(Fault.NO_SUCH_USER, BOB.value(), new Command.EnableUserKey(BOB, "A1", true));
        refuse(Fault.NO_SUCH_USER, BOB.value(), new Command.EnableUser(BOB, true));
    }

    @Test
    void aPolicyIsPutInPlaceOfOneOfItsName() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        accept(policy("policy", 5));
        accept(policy("other", 1));
        accept(policy("policy", 7));
        assertThat(anna().policies())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(POLICY, new Document(new byte[7]), new PolicyName("other"), new Document(new byte[1])));
        accept(new Command.SetUserPolicy(ANNA, POLICY, Optional.empty()));
        assertThat(anna().policies()).containsOnlyKeys(new PolicyName("other"));
        refuse(Fault.NO_SUCH_USER_POLICY, "policy", new Command.SetUserPolicy(ANNA, POLICY, Optional.empty()));
        refuse(Fault.NO_SUCH_USER, BOB.value(), new Command.SetUserPolicy(BOB, POLICY, Optional.empty()));
    }

    @Test
    void eachChangeRaisesTheRevision() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        long before = 0;
        List<Command<?>> changes = List.of(
                new Command.AddUserKey(ANNA, pair("A2")),
                new Command.EnableUserKey(ANNA, "A2", false),
                new Command.RemoveUserKey(ANNA, "A2"),
                policy("policy", 1),
                new Command.EnableUser(ANNA, false));
        for (Command<?> change : changes) {
            accept(change);
            assertThat(anna().revision()).as("%s", change).isGreaterThan(before);
            before = anna().revision();
        }
    }

    @Test
    void keysAreBounded() throws Exception {
        accept(create(ANNA, "anna", "K0"));
        for (int key = 1; key < UserInfo.MAX_KEYS; key++) {
            accept(new Command.AddUserKey(ANNA, pair("K" + key)));
        }
        refuse(Fault.LIMIT_EXCEEDED, "user anna has 16 access keys", new Command.AddUserKey(ANNA, pair("more")));
        accept(new Command.RemoveUserKey(ANNA, "K3"));
        accept(new Command.AddUserKey(ANNA, pair("more")));
    }

    @Test
    void policiesAreBounded() throws Exception {
        accept(create(ANNA, "anna", "A1"));
        refuse(Fault.INVALID_ARGUMENT, "bytes of policy policy", policy("policy", UserInfo.MAX_POLICY_BYTES + 1));
        for (int one = 0; one < 3; one++) {
            accept(policy("long" + one, UserInfo.MAX_POLICY_BYTES));
        }
        refuse(Fault.LIMIT_EXCEEDED, "bytes together", policy("long3", UserInfo.MAX_POLICY_BYTES));
        for (int one = 3; one < UserInfo.MAX_POLICIES; one++) {
            accept(policy("short" + one, 1));
        }
        refuse(Fault.LIMIT_EXCEEDED, "user anna has 16 policies", policy("more", 1));
        accept(policy("short5", 2));
    }

    @Test
    void usersAreBounded() throws Exception {
        List<Envelope> all = new ArrayList<>();
        for (int user = 0; user < UserCommands.MAX_USERS; user++) {
            CanonicalId id = new CanonicalId(String.format("%064x", user + 1));
            all.add(new Envelope(0, 0, 0, new Command.CreateUser(profile(id, "user" + user), Optional.empty())));
        }
        for (int from = 0; from < all.size(); from += 1_000) {
            state.apply(new Position(4, ++index), 1_000, all.subList(from, from + 1_000));
        }
        refuse(Fault.LIMIT_EXCEEDED, "10000 users", create(ANNA, "anna", "A1"));
        accept(new Command.RemoveUser(new CanonicalId(String.format("%064x", 77))));
        accept(create(ANNA, "anna", "A1"));
        refuse(Fault.LIMIT_EXCEEDED, "10000 users", create(BOB, "bob", "B1"));
    }

    @Test
    void usersAreListedByNameInPages() throws Exception {
        accept(create(ANNA, "b", "A1"));
        accept(create(BOB, "a", "B1"));
        accept(create(new CanonicalId("c".repeat(64)), "c", "C1"));
        Query.UserPage first = state.query(new Query.ListUsers("", 2));
        assertThat(first.users()).extracting(user -> user.name().value()).containsExactly("a", "b");
        assertThat(first.next()).contains("b");
        Query.UserPage last = state.query(new Query.ListUsers("b", 2));
        assertThat(last.users()).extracting(user -> user.name().value()).containsExactly("c");
        assertThat(last.next()).isEmpty();
        assertThatThrownBy(() -> state.query(new Query.ListUsers("", 0))).isInstanceOf(FlareException.class);
    }

    @Test
    void namesAreTheDisplayNameOrTheName() throws Exception {
        accept(new Command.CreateUser(
                new UserProfile(ANNA, new UserName("anna"), Optional.of("Anna of the North"), Optional.empty()),
                Optional.empty()));
        accept(create(BOB, "bob", "B1"));
        assertThat(state.query(new Query.NameUsers(Set.of(ANNA, BOB, new CanonicalId("c".repeat(64))))))
                .isEqualTo(Map.of(ANNA, "Anna of the North", BOB, "bob"));
        assertThat(state.query(
                        new Query.KnownUsers(Set.of(new UserName("anna"), new UserName("bob"), new UserName("c")))))
                .containsExactlyInAnyOrder(new UserName("anna"), new UserName("bob"));
    }

    @Test
    void noTextHoldsASecret() throws Exception {
        Command<?> create = create(ANNA, "anna", "A1");
        Command<?> add = new Command.AddUserKey(ANNA, pair("A2"));
        accept(create);
        accept(add);
        assertThat(create + " " + add + " " + anna() + holder("A1") + new Envelope(0, 0, 0, add))
                .contains("A1", "A2")
                .doesNotContain("secret of");
        assertThat(apply(create).toString() + apply(add)).doesNotContain("secret of");
    }
}
