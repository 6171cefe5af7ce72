/** The command line, over the admin API. */
@NullMarked
package flare.cli;

import org.jspecify.annotations.NullMarked;
