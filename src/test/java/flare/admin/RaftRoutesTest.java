package flare.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.RaftChange;
import flare.model.FlareException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Uri;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaftRoutesTest {

    @Test
    void readsOrdersFromTheQuery() {
        assertThat(change("/admin/raft/add?peer=b&peer=c%2B1&replace=a"))
                .contains(new RaftChange.Add(List.of("b", "c+1"), Optional.of("a"), false));
        assertThat(change("/admin/raft/remove?peer=b&even=true")).contains(new RaftChange.Remove(List.of("b"), true));
        assertThat(change("/admin/raft/transfer")).contains(new RaftChange.Transfer(Optional.empty()));
        assertThat(change("/admin/raft/transfer?peer=b")).contains(new RaftChange.Transfer(Optional.of("b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/admin/raft/add", "/admin/raft/remove?peer=a&peer=a", "/admin/raft/transfer?peer=a&peer=b"})
    void refusesNobodyTheSameTwiceAndTwoLeaders(String target) {
        assertThatThrownBy(() -> change(target)).isInstanceOf(FlareException.class);
    }

    @Test
    void leavesOtherPathsAlone() {
        assertThat(change("/admin/raft/grow?peer=a")).isEmpty();
    }

    private static Optional<RaftChange> change(String target) {
        Uri uri = Uri.create(target);
        return RaftRoutes.change(uri.path(), uri.query());
    }
}
