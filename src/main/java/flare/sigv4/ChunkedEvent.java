package flare.sigv4;

import java.nio.ByteBuffer;
import java.util.Optional;

/** What an aws-chunked body consists of, in the order received. */
public sealed interface ChunkedEvent {

    /** @param size 0 for the last chunk */
    record ChunkBegins(long size, Optional<Signature> signature) implements ChunkedEvent {}

    /** @param bytes share the content of the piece that they came in */
    record Data(ByteBuffer bytes) implements ChunkedEvent {}

    record ChunkEnds() implements ChunkedEvent {}

    /** @param name in lower case */
    record Trailer(String name, String value) implements ChunkedEvent {}

    record TrailerSignature(Signature signature) implements ChunkedEvent {}

    /** Nothing may follow. */
    record End() implements ChunkedEvent {}
}
