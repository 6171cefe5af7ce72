package flare.s3;

import flare.http.Conditions;
import flare.http.Headers;
import flare.http.RangeHeader;
import flare.model.ByteRange;
import flare.model.ObjectInfo;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides, once the object is known, whether it is sent and which part of it; remembers it for the refusal's headers. */
final class ReadDecision implements Function<ObjectInfo, Optional<ByteRange>> {

    private final Headers headers;
    private final Conditions conditions;
    private volatile @Nullable ObjectInfo seen;

    ReadDecision(Headers headers) {
        this.headers = headers;
        this.conditions = Conditions.of(headers);
    }

    @Override
    public Optional<ByteRange> apply(ObjectInfo info) {
        check(info);
        Optional<RangeHeader> range = headers.first("range").flatMap(RangeHeader::parse);
        if (range.isEmpty() || !Conditions.allowsRange(headers.first("if-range"), info.etag(), info.lastModified())) {
            return Optional.empty();
        }
        return range.get().within(info.size());
    }

    /** Whether it is sent at all. */
    void check(ObjectInfo info) {
        seen = info;
        conditions.checkRead(info.etag(), info.lastModified());
    }

    Optional<ObjectInfo> seen() {
        return Optional.ofNullable(seen);
    }
}
