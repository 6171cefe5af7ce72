package flare.s3;

import flare.access.BucketAccess;
import flare.access.Caller;
import flare.access.Facts;
import flare.access.Judgement;
import flare.access.Judgement.Verdict;
import flare.access.ObjectAccess;
import flare.access.Question;
import flare.model.BucketInfo;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.object.ObjectService;
import flare.object.ObjectService.VersionRef;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What one request may do with one bucket. */
final class BucketRights {

    private static final String LIST = "s3:ListBucket";
    /** Where a version is named, another action is asked for. */
    private static final Map<String, String> OF_VERSION = Map.of(
            "s3:GetObject", "s3:GetObjectVersion",
            "s3:DeleteObject", "s3:DeleteObjectVersion",
            "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes",
            "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
            "s3:PutObjectTagging", "s3:PutObjectVersionTagging",
            "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging",
            "s3:GetObjectAcl", "s3:GetObjectVersionAcl",
            "s3:PutObjectAcl", "s3:PutObjectVersionAcl");

    private static final Set<Route> READS = Set.of(
            ObjectRoute.GET_OBJECT,
            ObjectRoute.HEAD_OBJECT,
            ObjectRoute.GET_ATTRIBUTES,
            ObjectRoute.GET_TAGGING,
            ObjectRoute.GET_ACL);
    private static final Set<Fault> MISSING =
            Set.of(Fault.NO_SUCH_KEY, Fault.NO_SUCH_VERSION, Fault.METHOD_NOT_ALLOWED);

    private final ObjectService objects;
    private final BucketInfo bucket;
    private final BucketAccess access;
    private final Caller caller;
    private final Principal who;
    private final Facts facts;

    /** @param objects in this very bucket */
    BucketRights(
            ObjectService objects, BucketInfo bucket, BucketAccess access, Caller caller, Principal who, Facts facts) {
        this.objects = objects;
        this.bucket = bucket;
        this.access = access;
        this.caller = caller;
        this.who = who;
        this.facts = facts;
    }

    BucketAccess access() {
        return access;
    }

    Principal who() {
        return who;
    }

    static String action(Route route, boolean version) {
        String action = route.rule().action();
        if (!version) {
            return action;
        }
        String ofVersion = OF_VERSION.get(action);
        if (ofVersion == null) {
            throw new IllegalStateException(action + " is not asked of versions");
        }
        return ofVersion;
    }

    CompletionStage<Rights> permit(Operation what, S3Request head) {
        Rights rights = Rights.ALL.withBucket(bucket);
        if (caller instanceof Caller.Root) {
            return CompletableFuture.completedFuture(rights);
        }
        if (what instanceof Operation.OfObject of) {
            Optional<String> version = head.target().parameter("versionId");
            VersionRef object = new VersionRef(bucket.name(), of.key(), version.map(VersionId::parse));
            String action = action(of.route(), version.isPresent());
            if (of.route() == ObjectRoute.PUT_TAGGING) {
                requireSomethingGiven(what);
                return CompletableFuture.completedFuture(rights.with(
                        mayList(of.key()),
                        tags -> permit(action, object, RequestFacts.tagged(facts, tags)),
                        Rights.Keys.ANY));
            }
            CompletionStage<Void> permitted = permit(action, object, facts);
            CompletionStage<Void> told = READS.contains(of.route()) ? orMissing(permitted, object) : permitted;
            return told.thenApply(allowed -> rights.with(mayList(of.key()), Rights.Tagging.ANY, Rights.Keys.ANY));
        }
        if (what.route() == BucketRoute.DELETE_OBJECTS) {
            requireSomethingGiven(what);
            return CompletableFuture.completedFuture(rights.with(true, Rights.Tagging.ANY, this::permitDelete));
        }
        String action = what.route().rule().action();
        require(Judgement.of(question(action, Question.bucket(name()), facts), access), action);
        return CompletableFuture.completedFuture(rights);
    }

    /** What each key says is judged later; whom nothing was given needs no later. */
    private void requireSomethingGiven(Operation what) {
        boolean given =
                access.policy().isPresent() || (access.hasAcls() && access.acl().isPublic());
        if (caller instanceof Caller.Anonymous && !given) {
            throw Authorization.denied(who, what.name());
        }
    }

    /** Tells the tags that a copy takes along, if it does; for root, whom nothing hangs on, none. */
    CompletionStage<Map<String, String>> permitCopyOf(CopyHandler.Source source, boolean withTags) {
        if (caller instanceof Caller.Root) {
            return CompletableFuture.completedFuture(Map.of());
        }
        boolean version = source.version().isPresent();
        VersionRef object = new VersionRef(bucket.name(), source.key(), source.version());
        Facts of = ofVersion(source.version().map(VersionId::toString));
        CompletionStage<Void> read = orMissing(permit(action(ObjectRoute.GET_OBJECT, version), object, of), object);
        return withTags
                ? read.thenCompose(allowed -> tagsOf(object, action(ObjectRoute.GET_TAGGING, version), of))
                : read.thenApply(allowed -> Map.of());
    }

    /** Tags that there are not need no right. */
    private CompletionStage<Map<String, String>> tagsOf(VersionRef object, String action, Facts of) {
        return look(object).thenCompose(found -> {
            Map<String, String> tags = found.map(info -> info.extras().tags()).orElse(Map.of());
            return tags.isEmpty()
                    ? CompletableFuture.completedFuture(tags)
                    : permit(action, object, of).thenApply(allowed -> tags);
        });
    }

    private Facts ofVersion(Optional<String> version) {
        return version.isPresent() ? facts.more().put("s3:VersionId", version).build() : facts;
    }

    private CompletionStage<Void> permitDelete(String key, Optional<String> version) {
        String action = version.isPresent() ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
        VersionRef object = new VersionRef(bucket.name(), ObjectKey.of(key), version.map(VersionId::parse));
        return permit(action, object, ofVersion(version));
    }

    /** What comes with an object that is being written. */
    CompletionStage<Void> permitWithWrite(String action, ObjectKey key) {
        return caller instanceof Caller.Root
                ? CompletableFuture.completedFuture(null)
                : permit(
                        question(action, resource(key.text()), facts).comingWithWrite(),
                        new VersionRef(bucket.name(), key, Optional.empty()));
    }

    private CompletionStage<Void> permit(String action, VersionRef object, Facts of) {
        return permit(question(action, resource(object.key().text()), of), object);
    }

    /** Completes exceptionally, never throws, so that what follows is asked in any case. */
    private CompletionStage<Void> permit(Question question, VersionRef object) {
        String action = question.action();
        try {
            Verdict verdict = Judgement.of(question, access);
            if (verdict == Verdict.OBJECT_NEEDED) {
                return look(object)
                        .thenAccept(
                                found -> require(Judgement.of(question, access, found.map(ObjectAccess::of)), action));
            }
            require(verdict, action);
            return CompletableFuture.completedFuture(null);
        } catch (FlareException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    /** Who may list learns that a key is not there, without the right to read it. */
    private CompletionStage<Void> orMissing(CompletionStage<Void> permitted, VersionRef object) {
        return permitted.exceptionallyCompose(refusal -> mayList(object.key())
                ? objects.head(object).thenCompose(found -> CompletableFuture.<Void>failedFuture(refusal))
                : CompletableFuture.failedFuture(refusal));
    }

    /** Empty where there is none, or a delete marker. */
    private CompletionStage<Optional<ObjectInfo>> look(VersionRef object) {
        return objects.head(object).thenApply(Optional::of).exceptionallyCompose(failure -> {
            FlareException refusal = Refusals.of(failure);
            return MISSING.contains(refusal.fault())
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(refusal);
        });
    }

    boolean mayList(ObjectKey key) {
        Facts listing = facts.more().put("s3:prefix", key.text()).build();
        return Judgement.of(question(LIST, Question.bucket(name()), listing), access) == Verdict.ALLOWED;
    }

    private Question question(String action, String resource, Facts of) {
        return new Question(caller, action, resource, of);
    }

    private String resource(String key) {
        return Question.object(name(), key);
    }

    private String name() {
        return bucket.name().value();
    }

    private void require(Verdict verdict, String action) {
        if (verdict != Verdict.ALLOWED) {
            throw Authorization.denied(who, action);
        }
    }
}
