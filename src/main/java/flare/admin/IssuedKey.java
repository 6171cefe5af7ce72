package flare.admin;

/** A key pair that was just made: the one time that the secret is told. */
public record IssuedKey(String user, String id, String accessKey, String secretKey) {

    @Override
    public String toString() {
        return "IssuedKey[user=" + user + ", accessKey=" + accessKey + "]";
    }
}
