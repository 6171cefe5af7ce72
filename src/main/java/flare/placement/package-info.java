/** Which nodes a chunk goes to: the placement actor and its pure strategies. */
@NullMarked
package flare.placement;

import org.jspecify.annotations.NullMarked;
