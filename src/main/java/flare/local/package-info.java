/** A cluster of processes on this machine: planned, configured, started, killed and stopped by {@code flare cluster}. */
@NullMarked
package flare.local;

import org.jspecify.annotations.NullMarked;
