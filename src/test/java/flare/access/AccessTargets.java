package flare.access;

import flare.fuzz.Target;
import flare.model.FlareException;
import flare.model.UserName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Policies and ACLs from anybody. */
public final class AccessTargets {

    private static final Set<Class<? extends Exception>> REFUSALS = Set.of(FlareException.class);
    private static final String CONDITIONS = """
            {'StringLike': {'s3:prefix': ['a/*', '${aws:username}/${*}?']}, 'NumericLessThan': {'s3:max-keys': '10.5'},
             'DateGreaterThanIfExists': {'aws:CurrentTime': '2026-01-02T03:04:05Z'}, 'Null': {'aws:Referer': true},
             'NotIpAddress': {'aws:SourceIp': ['10.0.0.0/8', '::1']}, 'Bool': {'aws:SecureTransport': false},
             'ForAllValues:StringNotEquals': {'s3:RequestObjectTagKeys': ['a', 'b']},
             'StringEqualsIgnoreCase': {'s3:ExistingObjectTag/a': '${s3:RequestObjectTag/b, ''}'}}""";

    private AccessTargets() {}

    public static List<Target> all() {
        return List.of(ofBucket(), ofUser(), acl());
    }

    private static Target ofBucket() {
        return new Target(
                "bucket-policy",
                REFUSALS,
                List.of(
                        Policies.json(
                                "{'Version': '2012-10-17', 'Id': 'x', 'Statement': [{'Sid': '1', 'Effect': 'Allow', "
                                        + "'Principal': '*', 'Action': ['s3:Get*', 's3:ListBucket'], 'Resource': "
                                        + "['arn:aws:s3:::photos', 'arn:aws:s3:::photos/a*?'], 'Condition': "
                                        + CONDITIONS + "}]}"),
                        Policies.json("{'Statement': {'Effect': 'Deny', 'NotPrincipal': {'AWS': "
                                + "['arn:aws:iam:::user/alice', 'arn:aws:iam:::user/" + "n".repeat(UserName.MAX_LENGTH)
                                + "', 'arn:aws:iam::" + Policies.BOB + ":root', '*'], "
                                + "'CanonicalUser': '" + Policies.ALICE + "'}, 'NotAction': 's3:*', "
                                + "'NotResource': 'arn:aws:s3:::photos/${aws:userid}'}}"),
                        Policies.json("{'Statement': [[[[[[[[[")),
                input -> {
                    Policy policy = Policy.ofBucket(input, Policies.BUCKET);
                    policy.userNames().forEach(UserName::new);
                    policy.userIds();
                    judged(policy, new Caller.User(Policies.ALICE, "alice", List.of()));
                });
    }

    private static Target ofUser() {
        return new Target(
                "user-policy",
                REFUSALS,
                List.of(
                        Policies.json(BuiltinPolicy.OWNER.json()),
                        Policies.json("{'Version': '2012-10-17', 'Statement': {'Effect': 'Allow', 'Action': '*', "
                                + "'Resource': ['*', 'arn:aws:s3:::${aws:username}*'], 'Condition': " + CONDITIONS
                                + "}}")),
                input -> judged(Policy.ofUser(input), Caller.ANONYMOUS));
    }

    /** Whatever it says, it says something of each request. */
    private static void judged(Policy policy, Caller caller) {
        policy.isPublic();
        policy.asksForTags();
        for (Facts facts : List.of(
                Facts.NONE,
                Policies.facts(
                        "s3:prefix",
                        "a/alice",
                        "s3:max-keys",
                        "10",
                        "aws:CurrentTime",
                        "2026-01-02T03:04:05Z",
                        "aws:SourceIp",
                        "10.0.0.1",
                        "aws:username",
                        "*",
                        "aws:SecureTransport",
                        "true",
                        "s3:RequestObjectTagKeys",
                        "a",
                        "s3:ExistingObjectTag/a",
                        "A",
                        "aws:Referer",
                        "x"))) {
            Question question = new Question(caller, "s3:GetObject", "arn:aws:s3:::photos/a/aaaaaaaaab", facts);
            policy.of(question);
            Judgement.of(question, Policies.bucket(Policies.BOB, Optional.of(policy)), Optional.empty());
        }
    }

    private static Target acl() {
        return Target.ofText(
                "acl",
                Set.of(),
                List.of(
                        "public-read",
                        new Acl.Granted(List.of(
                                        new Grant(new Grantee.User(Policies.ALICE), Permission.READ),
                                        new Grant(
                                                Grantee.Group.of("http://acs.amazonaws.com/groups/global/AllUsers")
                                                        .orElseThrow(),
                                                Permission.WRITE_ACP)))
                                .text()),
                input -> Acl.parse(input).ifPresent(acl -> {
                    Target.require(Acl.parse(acl.text()).equals(Optional.of(acl)), "reads what it writes");
                    acl.grants(Policies.ALICE, Policies.BOB);
                }));
    }
}
