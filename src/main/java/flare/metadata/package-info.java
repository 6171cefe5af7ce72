/** The replicated record of everything nodes must agree on: commands, state machine, Raft, sessions. */
@NullMarked
package flare.metadata;

import org.jspecify.annotations.NullMarked;
