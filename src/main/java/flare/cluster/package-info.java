/** The node map as this process sees it, and the health actors. */
@NullMarked
package flare.cluster;

import org.jspecify.annotations.NullMarked;
