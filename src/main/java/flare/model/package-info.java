/** The domain's values: names, ids, records. JDK only; everything may use them. */
@NullMarked
package flare.model;

import org.jspecify.annotations.NullMarked;
