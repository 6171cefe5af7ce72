/** What an operator should know of a cluster before its users do: each finding with the way out. */
@NullMarked
package flare.admin.doctor;

import org.jspecify.annotations.NullMarked;
