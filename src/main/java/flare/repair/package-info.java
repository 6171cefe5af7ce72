/** Background workers: reclaim, orphans, heal, and the coordinator that runs them. */
@NullMarked
package flare.repair;

import org.jspecify.annotations.NullMarked;
