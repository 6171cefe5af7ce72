package flare.metadata;

import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserName;
import flare.model.UserProfile;
import java.util.Optional;
import java.util.Random;

/** Commands about three users that share few names and keys. */
final class RandomUsers {

    static final int USERS = 3;
    static final int KEYS = 4;

    private final Random random;

    RandomUsers(Random random) {
        this.random = random;
    }

    static CanonicalId id(int number) {
        return new CanonicalId(Integer.toHexString(number).repeat(CanonicalId.LENGTH));
    }

    static UserName name(int number) {
        return new UserName("user" + number);
    }

    static String accessKey(int number) {
        return "key" + number;
    }

    Command<?> command() {
        CanonicalId user = id(random.nextInt(USERS));
        String accessKey = accessKey(random.nextInt(KEYS));
        return switch (random.nextInt(12)) {
            case 0, 1, 2 ->
                new Command.CreateUser(
                        new UserProfile(
                                user,
                                name(random.nextInt(USERS)),
                                random.nextBoolean() ? Optional.of("shown " + random.nextInt(2)) : Optional.empty(),
                                random.nextBoolean() ? Optional.of("a@b") : Optional.empty()),
                        random.nextBoolean() ? Optional.of(pair()) : Optional.empty());
            case 3 -> new Command.RemoveUser(user);
            case 4 -> new Command.EnableUser(user, random.nextBoolean());
            case 5, 6 -> new Command.AddUserKey(user, pair());
            case 7 -> new Command.RemoveUserKey(user, accessKey);
            case 8, 9, 10 -> new Command.EnableUserKey(user, accessKey, random.nextBoolean());
            default ->
                new Command.SetUserPolicy(
                        user,
                        new PolicyName("policy" + random.nextInt(3)),
                        random.nextInt(3) > 0
                                ? Optional.of(new Document(new byte[random.nextInt(4)]))
                                : Optional.empty());
        };
    }

    private KeyPair pair() {
        return new KeyPair(accessKey(random.nextInt(KEYS)), "secret of " + random.nextInt(100));
    }
}
