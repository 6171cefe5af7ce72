/** The object port: parse, authenticate, handle, render. */
@NullMarked
package flare.s3;

import org.jspecify.annotations.NullMarked;
