package flare.s3;

import flare.access.Facts;
import flare.http.Headers;
import flare.http.RawTarget;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What conditions of policies may ask of a request. */
final class RequestFacts {

    private static final List<String> HEADERS = List.of(
            "x-amz-acl",
            "x-amz-grant-read",
            "x-amz-grant-write",
            "x-amz-grant-read-acp",
            "x-amz-grant-write-acp",
            "x-amz-grant-full-control",
            "x-amz-object-ownership",
            "x-amz-metadata-directive",
            "x-amz-content-sha256",
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-customer-algorithm");
    private static final Set<Route> LISTS = Set.of(
            BucketRoute.LIST_OBJECTS, BucketRoute.LIST_OBJECTS_V2, BucketRoute.LIST_VERSIONS, BucketRoute.LIST_UPLOADS);
    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    private RequestFacts() {}

    /**
     * All but the tags that are to be written.
     *
     * @param owner of the bucket, canonical id
     */
    static Facts of(Principal who, Operation what, S3Request head, String owner, Instant now) {
        Facts.Builder facts = Facts.builder();
        Headers headers = head.headers();
        String address = head.origin().address().getHostAddress();
        int zone = address.indexOf('%');
        facts.put("aws:SourceIp", zone < 0 ? address : address.substring(0, zone));
        facts.put("aws:SecureTransport", Boolean.toString(head.origin().secure()));
        facts.put("aws:CurrentTime", now.toString());
        facts.put("aws:EpochTime", Long.toString(now.getEpochSecond()));
        facts.put("aws:Referer", headers.first("referer"));
        facts.put("aws:UserAgent", headers.first("user-agent"));
        for (String header : HEADERS) {
            facts.put("s3:" + header, AclHeaders.isGrant(header) ? headers.joined(header) : headers.first(header));
        }
        ofCaller(facts, who);
        ofSignature(facts, who, head, now);
        ofTarget(facts, what, head.target());
        if (what.route().rule().copies()) {
            ofCopySource(facts, headers);
        }
        return facts.put("s3:ResourceAccount", owner)
                .put("aws:ResourceAccount", owner)
                .build();
    }

    /** @param tags that are to be written */
    static Facts tagged(Facts facts, Map<String, String> tags) {
        if (tags.isEmpty()) {
            return facts;
        }
        Facts.Builder more = facts.more().put("s3:RequestObjectTagKeys", List.copyOf(tags.keySet()));
        tags.forEach((key, value) -> more.put("s3:RequestObjectTag/" + key, value));
        return more.build();
    }

    private static void ofCaller(Facts.Builder facts, Principal who) {
        if (who instanceof Principal.User user) {
            String id = user.info().id().value();
            facts.put("aws:username", user.info().name().value());
            facts.put("aws:userid", id).put("aws:PrincipalAccount", id);
        }
        facts.put("aws:PrincipalType", who instanceof Principal.Anonymous ? "Anonymous" : "User");
    }

    private static void ofSignature(Facts.Builder facts, Principal who, S3Request head, Instant now) {
        if (who instanceof Principal.Anonymous) {
            return;
        }
        if (head.formSignature().isPresent()) {
            facts.put("s3:authType", "POST").put("s3:signatureversion", head.formSignature());
            return;
        }
        Optional<String> presigned = head.target().parameter("X-Amz-Date");
        boolean inQuery = head.target().parameter("X-Amz-Signature").isPresent();
        boolean inOldQuery = head.target().parameter(Router.OLD_ACCESS_KEY).isPresent();
        facts.put("s3:authType", inQuery || inOldQuery ? "REST-QUERY-STRING" : "REST-HEADER");
        facts.put("s3:signatureversion", inOldQuery ? "AWS" : "AWS4-HMAC-SHA256");
        if (inQuery && presigned.isPresent()) {
            try {
                Instant signed = LocalDateTime.parse(presigned.get(), AMZ_DATE).toInstant(ZoneOffset.UTC);
                facts.put("s3:signatureAge", Long.toString(Math.max(0, now.toEpochMilli() - signed.toEpochMilli())));
            } catch (DateTimeParseException e) {
                throw new IllegalStateException("a signature was taken with the date " + presigned.get(), e);
            }
        }
    }

    private static void ofTarget(Facts.Builder facts, Operation what, RawTarget target) {
        if (LISTS.contains(what.route())) {
            facts.put("s3:prefix", target.parameter("prefix").orElse(""));
            facts.put("s3:delimiter", target.parameter("delimiter"));
            facts.put("s3:max-keys", target.parameter("max-keys"));
        }
        if (what instanceof Operation.OfObject) {
            facts.put("s3:VersionId", target.parameter("versionId"));
        }
    }

    private static void ofCopySource(Facts.Builder facts, Headers headers) {
        Optional<String> header = headers.first(Router.COPY_SOURCE);
        if (header.isPresent()) {
            CopyHandler.Source source = CopyHandler.Source.parse(header.get());
            facts.put(
                    "s3:x-amz-copy-source", source.bucket() + "/" + source.key().text());
        }
    }
}
