package flare.s3;

import java.util.Optional;
import org.apache.pekko.http.javadsl.model.headers.ModeledCustomHeader;

/**
 * A stored Content-Type as it was given: Pekko's own would be parsed and written anew. Goes with NO_CONTENT_TYPE
 * entities.
 */
final class ContentTypeHeader extends ModeledCustomHeader {

    /** What S3 says of objects stored without one. */
    private static final String DEFAULT = "binary/octet-stream";

    ContentTypeHeader(Optional<String> value) {
        super("Content-Type", ObjectHeaders.asLatin1(value.orElse(DEFAULT)));
    }

    @Override
    public boolean renderInRequests() {
        return false;
    }

    @Override
    public boolean renderInResponses() {
        return true;
    }
}
