package flare.s3;

import flare.access.BucketAccess;
import flare.access.Caller;
import flare.access.Facts;
import flare.access.Judgement;
import flare.access.Judgement.Verdict;
import flare.access.ParsedPolicies;
import flare.access.Policy;
import flare.access.Question;
import flare.config.S3Settings;
import flare.http.Headers;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PolicyName;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The one step between authentication and handlers. What is asked of whom stands in the route table; what is answered, in
 * {@link Judgement}. Reads the bucket once, and an object only where nothing else decides. For root it reads nothing, but where a
 * header speaks of the bucket.
 */
final class Authorization implements Authorizer {

    private final Services services;
    private final Grantees grantees;
    private final ParsedPolicies parsed = new ParsedPolicies();
    private final String rootId;
    private final InstantSource clock;
    private final boolean open;

    /** @param open everybody may do everything */
    Authorization(Services services, S3Settings settings, InstantSource clock, boolean open) {
        this.services = services;
        this.grantees = new Grantees(services.users(), settings);
        this.rootId = settings.rootId();
        this.clock = clock;
        this.open = open;
    }

    @Override
    public CompletionStage<Rights> authorize(Principal who, Operation what, S3Request head) {
        Caller caller = open ? Caller.ROOT : caller(who);
        if (what instanceof Operation.OfBucket of) {
            return of.route() == BucketRoute.CREATE_BUCKET
                    ? creating(caller, who, of, head)
                    : in(of.bucket(), caller, who, what, head);
        } else if (what instanceof Operation.OfObject of) {
            return in(of.bucket(), caller, who, what, head);
        }
        Facts facts = RequestFacts.of(who, what, head, account(who.owner().orElse("")), clock.instant());
        require(
                Judgement.of(new Question(caller, what.route().rule().action(), Question.EVERYTHING, facts)),
                who,
                what);
        return CompletableFuture.completedFuture(Rights.ALL);
    }

    /** A bucket that is not there yet would be the caller's. */
    private CompletionStage<Rights> creating(Caller caller, Principal who, Operation.OfBucket what, S3Request head) {
        Facts facts = RequestFacts.of(who, what, head, account(who.owner().orElse("")), clock.instant());
        List<String> actions = new ArrayList<>(List.of(what.route().rule().action()));
        if (AclHeaders.areIn(head.headers())) {
            actions.add("s3:PutBucketAcl");
        }
        if (head.headers().has("x-amz-object-ownership")) {
            actions.add("s3:PutBucketOwnershipControls");
        }
        for (String action : actions) {
            require(
                    Judgement.of(new Question(
                            caller, action, Question.bucket(what.bucket().value()), facts)),
                    who,
                    what);
        }
        return CompletableFuture.completedFuture(Rights.ALL);
    }

    private CompletionStage<Rights> in(BucketName name, Caller caller, Principal who, Operation what, S3Request head) {
        boolean free = caller instanceof Caller.Root;
        boolean writesAcl = WrittenAcl.isWrittenBy(what) && AclHeaders.areIn(head.headers());
        if (free
                && !writesAcl
                && !head.headers().has(ExpectedOwner.OF_BUCKET)
                && !head.headers().has(ExpectedOwner.OF_SOURCE)) {
            return CompletableFuture.completedFuture(Rights.ALL);
        }
        return bucket(name, head, ExpectedOwner.OF_BUCKET)
                .thenCompose(bucket -> source(caller, who, what, head).thenCompose(source -> {
                    Facts facts = RequestFacts.tagged(facts(who, what, head, bucket), source.tags());
                    BucketAccess access = access(bucket, caller);
                    BucketRights asked =
                            new BucketRights(services.objects().in(bucket), bucket, access, caller, who, facts);
                    return asked.permit(what, head)
                            .thenCompose(rights -> WrittenAcl.isWrittenBy(what) && (writesAcl || !free)
                                    ? new WrittenAcl(grantees, asked)
                                            .with(
                                                    rights,
                                                    (Operation.OfObject) what,
                                                    head.headers(),
                                                    !source.tags().isEmpty())
                                    : CompletableFuture.completedFuture(rights))
                            .thenApply(source::in);
                }));
    }

    /**
     * What an object is written from beside its bytes.
     *
     * @param bucket of the source of a copy
     * @param mayList whether the caller may know that the source is not there
     * @param tags that will be written, with the request or from the source
     */
    private record Source(Optional<BucketInfo> bucket, boolean mayList, Map<String, String> tags) {

        Rights in(Rights rights) {
            return bucket.isPresent() ? rights.withSource(bucket.get(), mayList) : rights;
        }
    }

    /** The source of a copy is asked for before anything of it is read. What it has decides of the target, too: its tags. */
    private CompletionStage<Source> source(Caller caller, Principal who, Operation what, S3Request head) {
        Headers headers = head.headers();
        Optional<String> header = headers.first(Router.COPY_SOURCE);
        boolean takesTags = what.route() == ObjectRoute.COPY_OBJECT && !CopyHandler.givesTags(headers);
        Map<String, String> given = WrittenAcl.isWrittenBy(what) && !takesTags ? TagSet.ofHeader(headers) : Map.of();
        if (!what.route().rule().copies() || header.isEmpty()) {
            return CompletableFuture.completedFuture(new Source(Optional.empty(), true, given));
        }
        CopyHandler.Source source = CopyHandler.Source.parse(header.get());
        return bucket(source.bucket(), head, ExpectedOwner.OF_SOURCE).thenCompose(bucket -> {
            BucketRights asked = new BucketRights(
                    services.objects().in(bucket),
                    bucket,
                    access(bucket, caller),
                    caller,
                    who,
                    facts(who, what, head, bucket));
            return asked.permitCopyOf(source, takesTags)
                    .thenApply(taken ->
                            new Source(Optional.of(bucket), asked.mayList(source.key()), takesTags ? taken : given));
        });
    }

    /** Root stands above what a bucket says, whether it can be understood or not, but for which ACLs there may be. */
    private BucketAccess access(BucketInfo bucket, Caller caller) {
        return caller instanceof Caller.Root ? BucketAccess.of(bucket, WrittenAcl.RULES) : parsed.of(bucket);
    }

    private Facts facts(Principal who, Operation what, S3Request head, BucketInfo bucket) {
        return RequestFacts.of(who, what, head, account(bucket.owner()), clock.instant());
    }

    /** What is nobody's in particular is root's. */
    private String account(String owner) {
        return owner.isEmpty() ? rootId : owner;
    }

    private CompletionStage<BucketInfo> bucket(BucketName name, S3Request head, String expectedOwner) {
        return services.buckets().find(name).thenApply(found -> {
            BucketInfo bucket =
                    found.orElseThrow(() -> new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket " + name));
            ExpectedOwner.check(head.headers(), expectedOwner, bucket, rootId);
            return bucket;
        });
    }

    private Caller caller(Principal who) {
        if (who instanceof Principal.User user) {
            List<Policy> policies = new ArrayList<>();
            for (Map.Entry<PolicyName, Document> entry : user.info().policies().entrySet()) {
                try {
                    policies.add(parsed.ofUser(entry.getValue()));
                } catch (FlareException e) {
                    throw new FlareException(
                            Fault.INTERNAL,
                            "policy " + entry.getKey() + " of user "
                                    + user.info().name() + " can't be understood",
                            e);
                }
            }
            return new Caller.User(user.info().id().value(), user.info().name().value(), policies);
        }
        return who instanceof Principal.Root ? Caller.ROOT : Caller.ANONYMOUS;
    }

    private static void require(Verdict verdict, Principal who, Operation what) {
        if (verdict != Verdict.ALLOWED) {
            throw denied(who, what.name());
        }
    }

    static FlareException denied(Principal who, String what) {
        return new FlareException(
                Fault.ACCESS_DENIED,
                who instanceof Principal.User user
                        ? "user " + user.info().name() + " has no right to " + what
                        : "the request is not signed, and not everybody has the right to " + what);
    }
}
