/** Data nodes: the disk, the chunk store, its HTTP routes and their client. */
@NullMarked
package flare.data;

import org.jspecify.annotations.NullMarked;
