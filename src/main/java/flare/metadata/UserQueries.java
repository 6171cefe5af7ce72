package flare.metadata;

import flare.metadata.wire.UserKeyRow;
import flare.metadata.wire.UserPolicyRow;
import flare.metadata.wire.UserRow;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserKey;
import flare.model.UserName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers about users, from one snapshot. */
final class UserQueries {

    private final RowReader rows;

    UserQueries(RowReader rows) {
        this.rows = rows;
    }

    Optional<UserInfo> byAccessKey(String accessKey) {
        return led(Family.ACCESS_KEY, accessKey).map(UserQueries::info);
    }

    Optional<UserInfo> byName(UserName name) {
        return led(Family.USER_NAME, name.value()).map(UserQueries::info);
    }

    Optional<UserInfo> byId(CanonicalId id) {
        return Optional.ofNullable(row(Keys.name(id.value()))).map(UserQueries::info);
    }

    Map<CanonicalId, String> names(Set<CanonicalId> ids) {
        Map<CanonicalId, String> names = new HashMap<>();
        for (CanonicalId id : ids) {
            UserRow user = row(Keys.name(id.value()));
            if (user != null) {
                names.put(id, UserCodec.decode(user.getProfile()).shownName());
            }
        }
        return names;
    }

    Set<UserName> known(Set<UserName> names) {
        Set<UserName> known = new HashSet<>();
        for (UserName name : names) {
            if (rows.get(Family.USER_NAME, Keys.name(name.value())) != null) {
                known.add(name);
            }
        }
        return known;
    }

    Query.UserPage list(Query.ListUsers list) {
        CopyQueries.checkLimit(list.limit());
        List<UserInfo> found = new ArrayList<>();
        byte[] from = list.after().isEmpty() ? Keys.FIRST : Keys.after(Keys.name(list.after()));
        try (RowScan scan = rows.scan(Family.USER_NAME, from, Keys.LAST)) {
            while (scan.next()) {
                if (found.size() == list.limit()) {
                    return new Query.UserPage(
                            found,
                            Optional.of(found.get(found.size() - 1).name().value()));
                }
                found.add(info(existing(Family.USER_NAME, scan.value())));
            }
        }
        return new Query.UserPage(found, Optional.empty());
    }

    private Optional<UserRow> led(Family from, String key) {
        return Optional.ofNullable(rows.get(from, Keys.name(key))).map(id -> existing(from, id));
    }

    private UserRow existing(Family from, byte[] id) {
        UserRow user = row(id);
        if (user == null) {
            throw new IllegalStateException("a row of " + from.id() + " leads to user "
                    + new String(id, StandardCharsets.UTF_8) + ", which has no row");
        }
        return user;
    }

    private @Nullable UserRow row(byte[] id) {
        byte[] row = rows.get(Family.USER, id);
        return row == null ? null : EntryBatch.parse(Family.USER, row, UserRow.parser());
    }

    private static UserInfo info(UserRow row) {
        Map<String, UserKey> keys = new HashMap<>();
        for (UserKeyRow key : row.getKeysList()) {
            keys.put(
                    key.getPair().getAccessKey(),
                    new UserKey(
                            UserCodec.decode(key.getPair()),
                            Instant.ofEpochMilli(key.getCreatedMillis()),
                            !key.getDisabled()));
        }
        Map<PolicyName, Document> policies = new HashMap<>();
        for (UserPolicyRow policy : row.getPoliciesList()) {
            policies.put(
                    new PolicyName(policy.getName()),
                    new Document(policy.getDocument().toByteArray()));
        }
        return new UserInfo(
                UserCodec.decode(row.getProfile()),
                !row.getDisabled(),
                Instant.ofEpochMilli(row.getCreatedMillis()),
                row.getRevision(),
                keys,
                policies);
    }
}
