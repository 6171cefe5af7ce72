/** Flare as separate processes under load and faults, and the judges of what it answered. */
@NullMarked
package flare.harness;

import org.jspecify.annotations.NullMarked;
