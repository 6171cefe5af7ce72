package flare.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    private static final String ALLOW_ALL =
            "'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos/*'";

    private static Effect effect(String condition, String... facts) {
        Policy policy = Policies.ofBucket("{" + ALLOW_ALL + ", 'Condition': {" + condition + "}}");
        return policy.of(Policies.get(Caller.ANONYMOUS, "a", facts));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'StringEquals': {'aws:Referer': 'x'} | aws:referer | x | ALLOW",
                "'StringEquals': {'aws:Referer': 'x'} | aws:referer | y | NOTHING",
                "'StringEquals': {'aws:Referer': ['y', 'x']} | aws:referer | x | ALLOW",
                "'StringEquals': {'aws:Referer': 'x*'} | aws:referer | xy | NOTHING",
                "'StringNotEquals': {'aws:Referer': ['x', 'y']} | aws:referer | y | NOTHING",
                "'StringNotEquals': {'aws:Referer': ['x', 'y']} | aws:referer | z | ALLOW",
                "'StringNotEquals': {'aws:Referer': 'x'} | aws:useragent | z | ALLOW",
                "'StringEqualsIgnoreCase': {'aws:Referer': 'X'} | aws:referer | x | ALLOW",
                "'StringNotEqualsIgnoreCase': {'aws:Referer': 'X'} | aws:referer | x | NOTHING",
                "'StringLike': {'aws:Referer': 'http://*.example/?'} | aws:referer | http://w.example/a | ALLOW",
                "'StringLike': {'aws:Referer': 'http://*.example/?'} | aws:referer | http://w.example/ | NOTHING",
                "'StringNotLike': {'aws:Referer': 'http://*'} | aws:referer | http://w | NOTHING",
                "'StringLikeIfExists': {'aws:Referer': 'x'} | aws:useragent | z | ALLOW",
                "'StringLike': {'aws:Referer': '*'} | aws:useragent | z | NOTHING",
                "'NumericLessThanEquals': {'s3:max-keys': '10'} | s3:max-keys | 10 | ALLOW",
                "'NumericLessThan': {'s3:max-keys': 10} | s3:max-keys | 10 | NOTHING",
                "'NumericGreaterThan': {'s3:max-keys': '9.5'} | s3:max-keys | 10 | ALLOW",
                "'NumericEquals': {'s3:max-keys': '10'} | s3:max-keys | ten | NOTHING",
                "'NumericGreaterThan': {'s3:max-keys': '10'} | s3:max-keys | 10000000000000000000000 | ALLOW",
                "'NumericEquals': {'s3:max-keys': '10'} | s3:max-keys | 0000000000000000000000010 | ALLOW",
                "'StringNotEquals': {'s3:prefix': '${aws:username}'} | s3:prefix | x | NOTHING",
                "'StringNotLikeIfExists': {'s3:prefix': '${aws:username}/*'} | aws:referer | x | NOTHING",
                "'DateGreaterThan': {'aws:CurrentTime': '2026-01-01'} | aws:currenttime | 2026-01-02T00:00:00Z | ALLOW",
                "'DateLessThan': {'aws:CurrentTime': '2026-01-01T00:00:00Z'} | aws:currenttime | 2026-01-02T00:00:00Z | NOTHING",
                "'DateLessThan': {'aws:EpochTime': '1000'} | aws:epochtime | 999 | ALLOW",
                "'Bool': {'aws:SecureTransport': 'true'} | aws:securetransport | false | NOTHING",
                "'Bool': {'aws:SecureTransport': false} | aws:securetransport | false | ALLOW",
                "'IpAddress': {'aws:SourceIp': '10.0.0.0/8'} | aws:sourceip | 10.1.2.3 | ALLOW",
                "'IpAddress': {'aws:SourceIp': '10.0.0.0/8'} | aws:sourceip | 11.1.2.3 | NOTHING",
                "'NotIpAddress': {'aws:SourceIp': ['10.0.0.0/8', '::1']} | aws:sourceip | 0:0:0:0:0:0:0:1 | NOTHING",
                "'Null': {'aws:Referer': 'true'} | aws:useragent | z | ALLOW",
                "'Null': {'aws:Referer': 'false'} | aws:useragent | z | NOTHING",
                "'Null': {'aws:Referer': 'false'} | aws:referer | z | ALLOW",
                "'StringEquals': {'aws:Referer': '${aws:UserAgent}'} | aws:referer | ${aws:UserAgent} | NOTHING",
                "'StringLike': {'aws:Referer': '${*}x'} | aws:referer | *x | ALLOW",
                "'StringLike': {'aws:Referer': '${*}x'} | aws:referer | yx | NOTHING",
            })
    void comparesAsIamDoes(String condition, String key, String value, Effect expected) {
        assertThat(effect(condition, key, value)).isEqualTo(expected);
    }

    /** What a Deny says of all but one is said of all where that one is not known. */
    @Test
    void aDenyHoldsWhereAVariableStandsForNothing() {
        Policy policy = Policies.ofBucket("{" + ALLOW_ALL.replace("Allow", "Deny")
                + ", 'Condition': {'StringNotEquals': {'s3:prefix': '${aws:username}'}}}");
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "a", "s3:prefix", "x")))
                .isEqualTo(Effect.DENY);
    }

    @Test
    void tellsAnyValueFromAllValues() {
        Facts facts = Facts.builder()
                .put("s3:RequestObjectTagKeys", List.of("a", "b"))
                .build();
        for (String[] row : new String[][] {
            {"ForAnyValue:StringEquals", "['a']", "ALLOW"},
            {"ForAllValues:StringEquals", "['a']", "NOTHING"},
            {"ForAllValues:StringEquals", "['a', 'b', 'c']", "ALLOW"},
            {"ForAnyValue:StringNotEquals", "['a']", "ALLOW"},
            {"ForAnyValue:StringNotEquals", "['a', 'b']", "NOTHING"},
            {"StringNotEquals", "['a']", "NOTHING"},
        }) {
            Policy policy = Policies.ofBucket("{" + ALLOW_ALL + ", 'Condition': {'" + row[0]
                    + "': {'s3:RequestObjectTagKeys': " + row[1] + "}}}");
            assertThat(policy.of(
                            Policies.get(Caller.ANONYMOUS, "a").with("s3:PutObject", "arn:aws:s3:::photos/a", facts)))
                    .as(row[0] + row[1])
                    .isEqualTo(Effect.valueOf(row[2]));
        }
        assertThat(effect("'ForAllValues:StringEquals': {'s3:RequestObjectTagKeys': 'a'}"))
                .isEqualTo(Effect.ALLOW);
        assertThat(effect("'ForAnyValue:StringEquals': {'s3:RequestObjectTagKeys': 'a'}"))
                .isEqualTo(Effect.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "''",
                "[]",
                "{'Statement': []}",
                "{'Statement': {}, 'Extra': 1}",
                "{'Version': '2020-01-01', 'Statement': {" + ALLOW_ALL + "}}",
                "{'Statement': {'Effect': 'allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'NotPrincipal': {'AWS': 'x'}, 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': 'x', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': {'Service': 'x'}, 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::1:role/x'}, 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 'ec2:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObjcet', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'NotAction': 's3:*', 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': [], 'Resource': 'arn:aws:s3:::photos'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::other/*'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos2'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'photos/*'}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'StringSame': {'aws:Referer': 'x'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'NullIfExists': {'aws:Referer': 'true'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'StringEquals': {'aws:Nonsense': 'x'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'NumericEquals': {'s3:max-keys': 'x'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'IpAddress': {'aws:SourceIp': '10.0.0.0/40'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'Bool': {'aws:SecureTransport': 'yes'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'DateLessThan': {'aws:CurrentTime': 'now'}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Condition': {'StringEquals': {'aws:Referer': {'a': 'b'}}}}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Effect': 'Deny'}}",
                "{'Statement': {" + ALLOW_ALL + ", 'Principals': '*'}}",
                "{'Statement': {" + ALLOW_ALL + "}} {}",
                "{'Version': '2012-10-17', 'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos/${aws:nonsense}'}}",
                "{'Version': '2012-10-17', 'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::photos/${aws:username'}}",
            })
    void refusesWhatItDoesNotUnderstand(String policy) {
        refused(Policies.json(policy));
    }

    @Test
    void refusesTooMuch() {
        refused(Policies.json("{'Statement': {" + ALLOW_ALL + ", 'Sid': '" + "x".repeat(Policy.MAX_BYTES) + "'}}"));
        refused(Policies.json("[".repeat(5000)));
        refused(Policies.json("{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:*', 'Resource':"
                + " 'arn:aws:s3:::photos/" + "*".repeat(Pattern.MAX_LENGTH) + "'}}"));
    }

    private static void refused(byte[] policy) {
        assertThatThrownBy(() -> Policy.ofBucket(policy, Policies.BUCKET))
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MALFORMED_ACCESS_POLICY));
    }

    @Test
    void aVariableIsLiteralTextAndNobodyHasAnothersHome() {
        Policy policy = Policies.ofUser(
                "{'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::photos/${aws:username}/*'}");
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "alice/x", "aws:username", "alice")))
                .isEqualTo(Effect.ALLOW);
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "bob/x", "aws:username", "alice")))
                .isEqualTo(Effect.NOTHING);
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "bob/x", "aws:username", "*")))
                .isEqualTo(Effect.NOTHING);
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "/x"))).isEqualTo(Effect.NOTHING);
        Policy allBut = Policies.ofUser(
                "{'Effect': 'Allow', 'Action': 's3:GetObject', 'NotResource': 'arn:aws:s3:::photos/${aws:username}/*'}");
        assertThat(allBut.of(Policies.get(Caller.ANONYMOUS, "x"))).isEqualTo(Effect.NOTHING);
        assertThat(allBut.of(Policies.get(Caller.ANONYMOUS, "x", "aws:username", "bob")))
                .isEqualTo(Effect.ALLOW);
    }

    @Test
    void variablesAreTextInTheOldVersion() {
        Policy policy = Policy.ofUser(
                Policies.json(
                        "{'Statement': {'Effect': 'Allow', 'Action': '*', 'Resource': 'arn:aws:s3:::photos/${aws:username}'}}"));
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "alice", "aws:username", "alice")))
                .isEqualTo(Effect.NOTHING);
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, "${aws:username}"))).isEqualTo(Effect.ALLOW);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'Principal': '*' | | true",
                "'Principal': {'AWS': '*'} | | true",
                "'Principal': {'AWS': 'arn:aws:iam::s3tenant1:root'} | | false",
                "'Principal': {'AWS': ['arn:aws:iam:::user/alice', '*']} | | true",
                "'Principal': '*' | , 'Condition': {'IpAddress': {'aws:SourceIp': '10.0.0.0/8'}} | false",
                "'Principal': '*' | , 'Condition': {'IpAddress': {'aws:SourceIp': '0.0.0.0/0'}} | true",
                "'Principal': '*' | , 'Condition': {'NotIpAddress': {'aws:SourceIp': '10.0.0.0/8'}} | true",
                "'Principal': '*' | , 'Condition': {'StringEquals': {'aws:Referer': 'x'}} | true",
                "'Principal': '*' | , 'Condition': {'StringEquals': {'aws:username': 'alice'}} | false",
                "'Principal': '*' | , 'Condition': {'StringLike': {'aws:username': 'a*'}} | true",
                "'Principal': '*' | , 'Condition': {'StringEqualsIfExists': {'aws:username': 'alice'}} | true",
            })
    void knowsWhatIsPublic(String principal, String condition, boolean expected) {
        String statement = "'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::photos/*', " + principal
                + (condition == null ? "" : condition);
        assertThat(Policies.ofBucket("{'Effect': 'Allow', " + statement + "}").isPublic())
                .isEqualTo(expected);
        assertThat(Policies.ofBucket("{'Effect': 'Deny', " + statement + "}").isPublic())
                .isFalse();
    }

    @Test
    void builtinPoliciesCanBeRead() {
        for (BuiltinPolicy builtin : BuiltinPolicy.values()) {
            Policy.ofUser(builtin.json().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(BuiltinPolicy.of(builtin.label())).contains(builtin);
        }
    }

    @Test
    void hostileWildcardsTakeNoTime() {
        StringBuilder resources = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            resources
                    .append(i == 0 ? "" : ",")
                    .append("'arn:aws:s3:::photos/")
                    .append("a*".repeat(900))
                    .append("b'");
        }
        Policy policy = Policies.ofBucket(
                "{'Effect': 'Deny', 'Principal': '*', 'Action': '*', 'Resource': [" + resources + "]}");
        String key = "a".repeat(1024);
        policy.of(Policies.get(Caller.ANONYMOUS, key));
        long start = System.nanoTime();
        assertThat(policy.of(Policies.get(Caller.ANONYMOUS, key))).isEqualTo(Effect.NOTHING);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }
}
