package flare.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Who may use the admin port beyond its health: who shows the token, or who reaches loopback where none is set. */
public final class AdminAccess {

    enum Verdict {
        GRANTED,
        TOKEN_WANTED,
        /** Bound beyond loopback without a token: nobody may, so that a forgotten setting opens nothing. */
        CLOSED
    }

    private final Optional<byte[]> token;
    private final boolean loopback;

    /** @param loopback whether the port is bound to loopback only */
    public AdminAccess(Optional<String> token, boolean loopback) {
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.loopback = loopback;
    }

    Verdict judge(HttpRequest request) {
        if (token.isEmpty()) {
            return loopback ? Verdict.GRANTED : Verdict.CLOSED;
        }
        boolean shown = request.getHeader("authorization")
                .map(header -> header.value())
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length()))
                .map(value -> value.substring("Bearer ".length()).trim().getBytes(StandardCharsets.UTF_8))
                .filter(candidate -> MessageDigest.isEqual(candidate, token.get()))
                .isPresent();
        return shown ? Verdict.GRANTED : Verdict.TOKEN_WANTED;
    }
}
