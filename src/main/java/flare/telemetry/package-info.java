/** Metrics, request ids and the access log. */
@NullMarked
package flare.telemetry;

import org.jspecify.annotations.NullMarked;
