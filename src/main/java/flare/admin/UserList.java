package flare.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param next what to pass as {@code after} for the next page; null on the last page */
public record UserList(List<UserStatus> users, @Nullable String next) {

    public UserList {
        users = List.copyOf(users);
    }
}
