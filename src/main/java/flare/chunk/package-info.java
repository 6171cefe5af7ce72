/** Streams over bytes: the chunker, digests, block checksums. */
@NullMarked
package flare.chunk;

import org.jspecify.annotations.NullMarked;
