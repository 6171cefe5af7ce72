/** HTTP without a domain: server, raw target, ranges, conditions, node tokens. */
@NullMarked
package flare.http;

import org.jspecify.annotations.NullMarked;
