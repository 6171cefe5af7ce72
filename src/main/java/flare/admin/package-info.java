/** The admin port: health, metrics, the admin API. */
@NullMarked
package flare.admin;

import org.jspecify.annotations.NullMarked;
