package flare.object;

import java.util.Optional;

/**
 * What a client said of a body before it sent it.
 *
 * @param length announced bytes, empty when only the stream's end tells
 * @param contentMd5 16 bytes
 */
record UploadBody(Optional<Long> length, Optional<byte[]> contentMd5, BodyChecks checks) {}
