package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserName;
import flare.model.UserProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An entry with the commands about users that follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenUsers {

    static final Position POSITION = new Position(3, 2);
    private static final CanonicalId FIRST = new CanonicalId("0123456789abcdef".repeat(4));
    private static final CanonicalId SECOND = new CanonicalId("f".repeat(64));

    private GoldenUsers() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-users.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-users.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = commands();
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 200 + i, 200, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }

    private static List<Command<?>> commands() {
        Document policy = new Document("{\"Statement\":[]}".getBytes(StandardCharsets.UTF_8));
        return List.of(
                new Command.CreateUser(
                        new UserProfile(
                                FIRST, new UserName("anna"), Optional.of("Anna Ü"), Optional.of("a@example.com")),
                        Optional.of(new KeyPair("ANNA", "a secret of anna"))),
                new Command.CreateUser(
                        new UserProfile(SECOND, new UserName("bob"), Optional.empty(), Optional.empty()),
                        Optional.empty()),
                new Command.AddUserKey(FIRST, new KeyPair("A2", "another secret")),
                new Command.AddUserKey(SECOND, new KeyPair("BOB", "a secret of bob/+=ü")),
                new Command.EnableUserKey(FIRST, "ANNA", false),
                new Command.SetUserPolicy(FIRST, new PolicyName("read"), Optional.of(policy)),
                new Command.SetUserPolicy(FIRST, new PolicyName("all"), Optional.of(policy)),
                new Command.SetUserPolicy(FIRST, new PolicyName("all"), Optional.empty()),
                new Command.EnableUser(FIRST, false),
                new Command.AddUserKey(FIRST, new KeyPair("A3", "a third secret")),
                new Command.RemoveUserKey(FIRST, "A3"),
                new Command.CreateUser(
                        new UserProfile(
                                new CanonicalId("a".repeat(64)),
                                new UserName("gone"),
                                Optional.empty(),
                                Optional.empty()),
                        Optional.of(new KeyPair("GONE", "a secret of nobody"))),
                new Command.RemoveUser(new CanonicalId("a".repeat(64))));
    }
}
