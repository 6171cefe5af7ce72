package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RouterTest {

    static Stream<Route> routes() {
        return Stream.of(ServiceRoute.values(), BucketRoute.values(), ObjectRoute.values())
                .flatMap(Stream::of);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void findsEachRouteByItsRule(Route route) {
        assertThat(routed(route, "").route()).isEqualTo(route);
        assertThat(routed(route, "x-id=Any&X-Amz-Signature=0").route()).isEqualTo(route);
        for (String known : route.rule().parameters()) {
            boolean selectsAnother = routes().anyMatch(other -> other.getClass() == route.getClass()
                    && other.rule().selector().filter(known::equals).isPresent());
            if (!selectsAnother) {
                assertThat(routed(route, known + "=1").route()).isEqualTo(route);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void refusesAParameterItDoesNotKnow(Route route) {
        assertThatThrownBy(() -> routed(route, "torrent"))
                .isInstanceOfSatisfying(
                        FlareException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.NOT_IMPLEMENTED));
    }

    @Test
    void noTwoRoutesOfALevelAreAlike() {
        Set<List<Object>> seen = new HashSet<>();
        routes().forEach(route -> assertThat(seen.add(List.of(
                        route.getClass(),
                        route.rule().method(),
                        route.rule().selector(),
                        route.rule().copies())))
                .as(route.operation())
                .isTrue());
        assertThat(routes().map(Route::operation).distinct().count()).isEqualTo(routes().count());
    }

    @ParameterizedTest
    @CsvSource({
        "PATCH, /object/k, METHOD_NOT_ALLOWED",
        "POST, /object/k, METHOD_NOT_ALLOWED",
        "PUT, /, METHOD_NOT_ALLOWED",
        "PUT, /object?lifecycle, NOT_IMPLEMENTED",
        "GET, /?acl, NOT_IMPLEMENTED",
        "POST, /object/k?restore, NOT_IMPLEMENTED",
        "GET, /UPPER/k, INVALID_BUCKET_NAME",
        "GET, //k, INVALID_BUCKET_NAME",
    })
    void refuses(String method, String target, Fault fault) {
        assertThatThrownBy(() -> Router.route(
                        method, RawTarget.parse(target), Headers.of(Map.<String, String>of()), Optional.empty()))
                .isInstanceOfSatisfying(
                        FlareException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(fault));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, ListObjects, ''",
        "PUT, /, CreateBucket, ''",
        "GET, /?list-type=2, ListObjectsV2, ''",
        "GET, /photos, GetObject, photos",
        "GET, /photos/k, GetObject, photos/k",
        "GET, //a%2Fb/, GetObject, /a/b/",
        "PUT, /k?tagging, PutObjectTagging, k",
    })
    void takesTheWholePathForTheKeyOfAHostsBucket(String method, String target, String operation, String key) {
        BucketName photos = new BucketName("photos");
        Operation routed = Router.route(
                method, RawTarget.parse(target), Headers.of(Map.<String, String>of()), Optional.of(photos));
        assertThat(routed.name()).isEqualTo(operation);
        if (routed instanceof Operation.OfObject object) {
            assertThat(object).isEqualTo(new Operation.OfObject(object.route(), photos, ObjectKey.of(key)));
        } else {
            assertThat(routed).isEqualTo(new Operation.OfBucket((BucketRoute) routed.route(), photos));
            assertThat(key).isEmpty();
        }
    }

    private static Operation routed(Route route, String more) {
        List<String> query = new ArrayList<>();
        route.rule().selector().ifPresent(query::add);
        if (!more.isEmpty()) {
            query.add(more);
        }
        String path = route instanceof ServiceRoute ? "/" : route instanceof BucketRoute ? "/bucket" : "/bucket/a/b";
        RawTarget target = RawTarget.parse(path + "?" + String.join("&", query));
        Map<String, String> headers = route.rule().copies() ? Map.of(Router.COPY_SOURCE, "/b/k") : Map.of();
        return Router.route(route.rule().method(), target, Headers.of(headers), Optional.empty());
    }
}
