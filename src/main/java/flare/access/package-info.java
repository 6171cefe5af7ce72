/** Who may do what: policies, ACLs and what becomes of them. Pure: no clock, no store, no HTTP, no XML. */
@NullMarked
package flare.access;

import org.jspecify.annotations.NullMarked;
