package flare.s3;

import flare.access.Acl;
import flare.access.BucketAccess;
import flare.access.Grant;
import flare.access.Grantee;
import flare.access.ObjectAccess;
import flare.access.Ownership;
import flare.access.Policy;
import flare.access.PublicAccessBlock;
import flare.config.Settings;
import flare.model.BucketInfo;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.object.ObjectService.VersionRef;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/** What a bucket says of who may: policy, ACL, ownership controls, public access block; and the ACLs of objects. */
final class AccessHandlers {

    private final Services services;
    private final BucketHandlers buckets;
    private final Owners owners;
    private final Grantees grantees;
    private final Settings settings;
    private final Materializer materializer;

    AccessHandlers(
            Services services, BucketHandlers buckets, Owners owners, Settings settings, Materializer materializer) {
        this.services = services;
        this.buckets = buckets;
        this.owners = owners;
        this.grantees = new Grantees(services.users(), settings.s3());
        this.settings = settings;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> policy(BucketName name) {
        return buckets.with(
                name,
                bucket -> CompletableFuture.completedFuture(bucket.document(DocumentKind.POLICY)
                        .map(json -> Responses.empty(200)
                                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, json)))
                        .orElseThrow(() ->
                                new FlareException(Fault.NO_SUCH_BUCKET_POLICY, "bucket " + name + " has no policy"))));
    }

    CompletionStage<HttpResponse> putPolicy(BucketName name, AuthorizedRequest request) {
        return document(request)
                .thenCompose(json -> buckets.with(name, bucket -> {
                    Policy policy = Policy.ofBucket(json, name);
                    if (policy.isPublic()
                            && BucketAccess.of(bucket, EnumSet.of(DocumentKind.PUBLIC_ACCESS_BLOCK))
                                    .blockOrNone()
                                    .policy()) {
                        throw new FlareException(
                                Fault.ACCESS_DENIED,
                                "the public access block of bucket " + name + " refuses public policies");
                    }
                    return grantees.known(policy).thenCompose(known -> set(bucket, DocumentKind.POLICY, json, 204));
                }));
    }

    CompletionStage<HttpResponse> deletePolicy(BucketName name) {
        return remove(name, DocumentKind.POLICY);
    }

    CompletionStage<HttpResponse> policyStatus(BucketName name) {
        return buckets.with(name, bucket -> {
            boolean isPublic = BucketAccess.of(bucket).isPublic();
            return CompletableFuture.completedFuture(Responses.xml(200, XmlWriter.document(out -> {
                out.root("PolicyStatus");
                out.element("IsPublic", Boolean.toString(isPublic));
            })));
        });
    }

    CompletionStage<HttpResponse> ownership(BucketName name) {
        return buckets.with(name, bucket -> {
            Ownership ownership = BucketAccess.of(bucket)
                    .ownership()
                    .orElseThrow(() -> new FlareException(
                            Fault.NO_OWNERSHIP_CONTROLS, "bucket " + name + " has no ownership controls"));
            return CompletableFuture.completedFuture(Responses.xml(200, XmlWriter.document(out -> {
                out.root("OwnershipControls");
                out.open("Rule");
                out.element("ObjectOwnership", ownership.label());
                out.close();
            })));
        });
    }

    CompletionStage<HttpResponse> putOwnership(BucketName name, AuthorizedRequest request) {
        return document(request).thenCompose(document -> {
            String label = XmlElement.parse(document, "OwnershipControls")
                    .knowing("Rule")
                    .only("Rule")
                    .knowing("ObjectOwnership")
                    .only("ObjectOwnership")
                    .text()
                    .strip();
            Ownership ownership = Ownership.of(label)
                    .orElseThrow(() -> XmlElement.malformed("ObjectOwnership '" + label + "' is not known", null));
            return buckets.with(name, bucket -> {
                requireNoGrants(BucketAccess.of(bucket, EnumSet.of(DocumentKind.ACL)), ownership);
                return set(bucket, DocumentKind.OWNERSHIP_CONTROLS, bytes(ownership.label()), 200);
            });
        });
    }

    /** What ACLs let others do must be taken back in the open, not by a side door. */
    private static void requireNoGrants(BucketAccess bucket, Ownership wanted) {
        Grantee owner = new Grantee.User(bucket.owner());
        boolean granting = bucket.acl().grants(bucket.owner(), bucket.owner()).stream()
                .anyMatch(grant -> !grant.grantee().equals(owner));
        if (!wanted.hasAcls() && granting) {
            throw new FlareException(
                    Fault.ACL_CONTRADICTS_OWNERSHIP,
                    "the ACL of bucket " + bucket.name() + " grants something to others: make it private before "
                            + wanted.label());
        }
    }

    CompletionStage<HttpResponse> deleteOwnership(BucketName name) {
        return remove(name, DocumentKind.OWNERSHIP_CONTROLS);
    }

    CompletionStage<HttpResponse> publicAccess(BucketName name) {
        return buckets.with(name, bucket -> {
            PublicAccessBlock block = BucketAccess.of(bucket)
                    .block()
                    .orElseThrow(() -> new FlareException(
                            Fault.NO_PUBLIC_ACCESS_BLOCK, "bucket " + name + " has no public access block"));
            return CompletableFuture.completedFuture(Responses.xml(200, XmlWriter.document(out -> {
                out.root("PublicAccessBlockConfiguration");
                for (String part : PublicAccessBlock.NAMES) {
                    out.element(part, Boolean.toString(block.is(part)));
                }
            })));
        });
    }

    CompletionStage<HttpResponse> putPublicAccess(BucketName name, AuthorizedRequest request) {
        return document(request).thenCompose(document -> {
            XmlElement root = XmlElement.parse(document, "PublicAccessBlockConfiguration")
                    .knowing(PublicAccessBlock.NAMES.toArray(String[]::new));
            Set<String> blocked = new HashSet<>();
            for (String part : PublicAccessBlock.NAMES) {
                String value =
                        root.child(part).map(child -> child.text().strip()).orElse("false");
                if (value.equalsIgnoreCase("true")) {
                    blocked.add(part);
                } else if (!value.equalsIgnoreCase("false")) {
                    throw XmlElement.malformed(part + " is true or false, not '" + value + "'", null);
                }
            }
            byte[] text = bytes(PublicAccessBlock.of(blocked).text());
            return buckets.with(name, bucket -> set(bucket, DocumentKind.PUBLIC_ACCESS_BLOCK, text, 200));
        });
    }

    CompletionStage<HttpResponse> deletePublicAccess(BucketName name) {
        return remove(name, DocumentKind.PUBLIC_ACCESS_BLOCK);
    }

    CompletionStage<HttpResponse> acl(BucketName name) {
        return buckets.with(name, bucket -> {
            BucketAccess access = BucketAccess.of(bucket);
            Acl acl = access.hasAcls() ? access.acl() : Acl.DEFAULT;
            return told(access.owner(), acl.grants(access.owner(), access.owner()));
        });
    }

    CompletionStage<HttpResponse> putAcl(BucketName name, AuthorizedRequest request) {
        return buckets.with(name, bucket -> {
            BucketAccess access = BucketAccess.of(bucket, WrittenAcl.RULES);
            requireAcls(access);
            return asked(request, access.owner()).thenCompose(acl -> {
                WrittenAcl.requireNotBlocked(access, acl);
                return set(bucket, DocumentKind.ACL, bytes(acl.text()), 200);
            });
        });
    }

    CompletionStage<HttpResponse> acl(VersionRef object) {
        return buckets.with(
                object.bucket(),
                bucket -> services.objects().in(bucket).head(object).thenCompose(info -> {
                    BucketAccess access = BucketAccess.of(bucket);
                    ObjectAccess of = ObjectAccess.of(info);
                    return (access.hasAcls()
                                    ? told(of.owner(), of.acl().grants(of.owner(), access.owner()))
                                    : told(access.owner(), Acl.DEFAULT.grants(access.owner(), access.owner())))
                            .thenApply(response -> response.addHeaders(ObjectHeaders.version(info)));
                }));
    }

    CompletionStage<HttpResponse> putAcl(VersionRef object, AuthorizedRequest request) {
        return buckets.with(object.bucket(), bucket -> {
            BucketAccess access = BucketAccess.of(bucket, WrittenAcl.RULES);
            requireAcls(access);
            CompletionStage<ObjectInfo> found = services.objects().in(bucket).head(object);
            return found.thenCompose(
                            info -> asked(request, info.extras().owner().orElse("")))
                    .thenCompose(acl -> {
                        WrittenAcl.requireNotBlocked(access, acl);
                        return services.objects().in(bucket).setAcl(object, acl.text());
                    })
                    .thenApply(info -> Responses.empty(200).addHeaders(ObjectHeaders.version(info)));
        });
    }

    private static void requireAcls(BucketAccess access) {
        if (!access.hasAcls()) {
            throw WrittenAcl.disabled(access);
        }
    }

    /** By headers or by a document. */
    private CompletionStage<Acl> asked(AuthorizedRequest request, String owner) {
        Optional<Acl> ofHeaders = AclHeaders.parse(request.head().headers());
        return document(request).thenCompose(document -> {
            if (ofHeaders.isPresent() == document.length > 0) {
                throw new FlareException(
                        Fault.INVALID_REQUEST, "an ACL is asked for by headers or by a document, by one of them");
            }
            if (ofHeaders.isPresent()) {
                return grantees.known(ofHeaders.get());
            }
            AclXml.Read read = AclXml.parse(document);
            String ownerId = owners.id(owner);
            if (!read.owner().isEmpty() && !read.owner().equals(ownerId)) {
                throw new FlareException(
                        Fault.ACCESS_DENIED, "the owner is " + ownerId + ", and an ACL does not make it another");
            }
            return grantees.known(read.acl());
        });
    }

    private CompletionStage<HttpResponse> told(String owner, List<Grant> grants) {
        Stream<Optional<String>> users = grants.stream()
                .filter(grant -> grant.grantee() instanceof Grantee.User)
                .map(grant -> Optional.of(((Grantee.User) grant.grantee()).id()));
        return owners.named(Stream.concat(Stream.of(Optional.of(owner)), users))
                .thenApply(named -> Responses.xml(200, AclXml.document(named.of(Optional.of(owner)), grants, named)));
    }

    private CompletionStage<byte[]> document(AuthorizedRequest request) {
        return DocumentBody.read(request, settings.http(), materializer);
    }

    private CompletionStage<HttpResponse> set(BucketInfo bucket, DocumentKind kind, byte[] document, int status) {
        return services.buckets()
                .setDocument(bucket.id(), kind, Optional.of(document))
                .thenApply(done -> Responses.empty(status));
    }

    private CompletionStage<HttpResponse> remove(BucketName name, DocumentKind kind) {
        return buckets.with(
                name,
                bucket -> services.buckets()
                        .setDocument(bucket.id(), kind, Optional.empty())
                        .thenApply(done -> Responses.empty(204)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
