package flare.access;

import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.FlareException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Policies as they were parsed for requests before, by the very bytes that they were parsed from: a policy that is put is other
 * bytes, so what is found here is never outdated. Bounded in those bytes.
 */
public final class ParsedPolicies {

    static final long MAX_BYTES = 4L << 20;

    /** @param bucket empty: a user's */
    private record Source(Optional<BucketName> bucket, Document json) {}

    private final Map<Source, Policy> parsed = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    /** As {@link Policy#ofUser} reads it. */
    public Policy ofUser(Document json) {
        return parsed(new Source(Optional.empty(), json));
    }

    /** As {@link BucketAccess#of} reads it. */
    public BucketAccess of(BucketInfo bucket) {
        return BucketAccess.of(
                bucket,
                EnumSet.allOf(DocumentKind.class),
                json -> parsed(new Source(Optional.of(bucket.name()), json)));
    }

    /** What can't be parsed is not kept. Throws {@link FlareException}. */
    private Policy parsed(Source source) {
        Policy known = parsed.get(source);
        if (known != null) {
            return known;
        }
        byte[] json = source.json().bytes();
        Policy policy = source.bucket().isPresent()
                ? Policy.ofBucket(json, source.bucket().get())
                : Policy.ofUser(json);
        // So much is in use that no order among it is worth keeping.
        if (bytes.addAndGet(json.length) > MAX_BYTES) {
            parsed.clear();
            bytes.set(json.length);
        }
        parsed.put(source, policy);
        return policy;
    }

    int size() {
        return parsed.size();
    }
}
