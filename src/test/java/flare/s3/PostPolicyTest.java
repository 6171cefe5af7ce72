package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostPolicyTest {

    private static final BucketName BUCKET = new BucketName("examplebucket");
    private static final Instant END = Instant.parse("2015-12-30T12:00:00Z");
    private static final String POLICY = """
            {"expiration": "2015-12-30T12:00:00.000Z", "conditions": [
              {"bucket": "examplebucket"},
              ["StArTs-WiTh", "$KeY", "user/user1/"],
              {"AcL": "public-read"},
              ["eq", "$x-amz-meta-uuid", "14365"],
              ["starts-with", "$Content-Type", "image/"],
              ["starts-with", "$x-amz-meta-tag", ""],
              ["content-length-range", 2, "10"]
            ]}""";
    private static final Map<String, String> FORM = Map.of(
            "key", "user/user1/photo.jpg",
            "acl", "public-read",
            "x-amz-meta-uuid", "14365",
            "content-type", "image/jpeg",
            "policy", "…",
            "x-amz-signature", "…",
            "x-ignore-this", "anything");

    @Test
    void allowsAFormThatMeetsEachCondition() {
        assertThat(check(POLICY, FORM, END)).isEqualTo(new PostPolicy.AllowedLength(2, 10));
        assertThat(check(POLICY, with("x-amz-meta-tag", "any"), END)).isNotNull();
        assertThat(check(POLICY, with("bucket", "examplebucket"), END)).isNotNull();
    }

    @Test
    void refusesAFormFromTheMomentThePolicyExpires() {
        assertThat(faultOf(POLICY, FORM, END.plusMillis(1))).isEqualTo(Fault.ACCESS_DENIED);
    }

    @ParameterizedTest
    @CsvSource({
        "key, user/user2/photo.jpg",
        "key, ''",
        "acl, private",
        "acl, Public-Read",
        "x-amz-meta-uuid, 143651",
        "content-type, text/html",
        "content-type, 'image/jpeg, text/html'",
        "x-amz-acl, public-read",
        "success_action_redirect, http://elsewhere",
        "x-amz-meta-other, x",
        "tagging, x"
    })
    void refusesAFormWithAnotherOrAFurtherField(String name, String value) {
        assertThat(faultOf(POLICY, with(name, value), END)).isEqualTo(Fault.ACCESS_DENIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "acl", "x-amz-meta-uuid", "content-type"})
    void refusesAFormThatLacksAField(String name) {
        Map<String, String> less = new HashMap<>(FORM);
        less.remove(name);
        assertThat(faultOf(POLICY, less, END)).isEqualTo(Fault.ACCESS_DENIED);
    }

    @Test
    void refusesAnotherBucketAndAPolicyThatNamesNone() {
        assertThat(faultOf(POLICY.replace("examplebucket", "otherbucket"), FORM, END))
                .isEqualTo(Fault.ACCESS_DENIED);
        assertThat(faultOf(POLICY.replace("{\"bucket\": \"examplebucket\"},", ""), FORM, END))
                .isEqualTo(Fault.ACCESS_DENIED);
    }

    /** A dollar in a value is one: nothing is replaced there. */
    @Test
    void takesValuesLiterally() {
        String policy = "{\"expiration\": \"2015-12-30T12:00:00Z\", \"conditions\": [{\"bucket\": \"examplebucket\"},"
                + "[\"starts-with\", \"$key\", \"\\\\$foo\"]]}";
        assertThat(check(policy, Map.of("key", "\\$foo.txt"), END)).isEqualTo(PostPolicy.AllowedLength.ANY);
        assertThat(faultOf(policy, Map.of("key", "$foo.txt"), END)).isEqualTo(Fault.ACCESS_DENIED);
    }

    @Test
    void boundsTheFile() {
        PostPolicy.AllowedLength length = check(POLICY, FORM, END);
        length.require(2);
        length.require(10);
        assertThat(fault(() -> length.require(1))).isEqualTo(Fault.ENTITY_TOO_SMALL);
        assertThat(fault(() -> length.require(11))).isEqualTo(Fault.ENTITY_TOO_LARGE);
        assertThat(fault(() -> length.requireNotAbove(11))).isEqualTo(Fault.ENTITY_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{}",
                "1",
                "\"x\"",
                "{'conditions': []}",
                "{'expiration': '2015-12-30T12:00:00Z'}",
                "{'EXPIRATION': '2015-12-30T12:00:00Z', 'conditions': []}",
                "{'expiration': '2015-12-30T12:00:00Z', 'CONDITIONS': []}",
                "{'expiration': '2015-12-30T12:00:00Z', 'conditions': [], 'more': 1}",
                "{'expiration': '2015-12-30T12:00:00Z', 'expiration': '2016-12-30T12:00:00Z', 'conditions': []}",
                "{'expiration': '2015-12-30T12:00:00Z', 'conditions': []} more",
                "{'expiration': '2015-12-30 12:00:00', 'conditions': []}",
                "{'expiration': 1, 'conditions': []}",
                "{'expiration': '2015-12-30T12:00:00Z', 'conditions': {}}"
            })
    void refusesWhatIsNoPolicy(String json) {
        assertThat(fault(() -> PostPolicyParser.parse(json.replace('\'', '"')))).isEqualTo(Fault.MALFORMED_POLICY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "1",
                "'x'",
                "null",
                "{'acl': 1}",
                "{'acl': null}",
                "{'acl': ['x']}",
                "['eq', '$key']",
                "['eq', '$key', 'x', 'y']",
                "['eq', 'key', 'x']",
                "['eq', '$', 'x']",
                "['eq', '$key', 1]",
                "['ends-with', '$key', 'x']",
                "[1, '$key', 'x']",
                "['content-length-range', 0]",
                "['content-length-range', -1, 0]",
                "['content-length-range', 2, 1]",
                "['content-length-range', 0, 1.5]",
                "['content-length-range', 0, '']",
                "['content-length-range', 0, 'x']",
                "['content-length-range', 0, 1e9]",
                "['content-length-range', 0, 99999999999999999999]",
                "['content-length-range', 0, null]",
                "['content-length-range', 0, [1]]",
                "[[[['x']]]]"
            })
    void refusesWhatIsNoCondition(String condition) {
        String json = "{'expiration': '2015-12-30T12:00:00Z', 'conditions': [" + condition + "]}";
        assertThat(fault(() -> PostPolicyParser.parse(json.replace('\'', '"')))).isEqualTo(Fault.MALFORMED_POLICY);
    }

    @Test
    void refusesALongAndADeepPolicyAtOnce() {
        String deep = "[".repeat(PostPolicyParser.MAX_LENGTH / 2);
        assertThat(fault(() -> PostPolicyParser.parse(deep))).isEqualTo(Fault.MALFORMED_POLICY);
        String padded = POLICY + " ".repeat(PostPolicyParser.MAX_LENGTH);
        assertThat(fault(() -> PostPolicyParser.parse(padded))).isEqualTo(Fault.MALFORMED_POLICY);
    }

    @Test
    void answersOrRefusesByNameWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder garbled = new StringBuilder(POLICY);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextInt(garbled.length());
                switch (random.nextInt(3)) {
                    case 0 -> garbled.deleteCharAt(at);
                    case 1 -> garbled.insert(at, "[]{},:\"$\\0-".charAt(random.nextInt(11)));
                    default -> garbled.setCharAt(at, (char) random.nextInt(128));
                }
            }
            try {
                check(garbled.toString(), FORM, END);
            } catch (FlareException refused) {
                assertThat(refused.fault())
                        .as("seed %d: %s", seed, garbled)
                        .isIn(Fault.MALFORMED_POLICY, Fault.ACCESS_DENIED);
            }
        }
    }

    private static PostPolicy.AllowedLength check(String policy, Map<String, String> form, Instant now) {
        return PostPolicyParser.parse(policy).check(form, BUCKET, now);
    }

    private static Fault faultOf(String policy, Map<String, String> form, Instant now) {
        return fault(() -> check(policy, form, now));
    }

    private static Fault fault(org.assertj.core.api.ThrowableAssert.ThrowingCallable refused) {
        FlareException refusal = catchThrowableOfType(FlareException.class, refused);
        assertThat(refusal).as("the refusal").isNotNull();
        return refusal.fault();
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> changed = new HashMap<>(FORM);
        changed.put(name, value);
        return changed;
    }
}
