package flare.chunk;

import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A chunk on its way to the data nodes.
 *
 * @param ordinal counted from 0
 * @param whole the bytes, when they were all there before the chunk was handed on: short bodies, short last chunks
 * @param endsBody the body is known to end with this chunk; never of one that still streams
 * @param bytes the same bytes as a stream; to be run once. A chunk's failure cancels the body, a broken body fails the
 *     chunk
 */
public record Chunk(int ordinal, Optional<ByteString> whole, boolean endsBody, Source<ByteString, NotUsed> bytes) {}
