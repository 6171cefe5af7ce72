/** Flare's entry points: the process and the embedding API, and the one class that wires everything. */
@NullMarked
package flare;

import org.jspecify.annotations.NullMarked;
