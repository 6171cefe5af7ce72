/** The object service: the write path and the read path. */
@NullMarked
package flare.object;

import org.jspecify.annotations.NullMarked;
