/** Settings as records, and the only reader of HOCON. */
@NullMarked
package flare.config;

import org.jspecify.annotations.NullMarked;
