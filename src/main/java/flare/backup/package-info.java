/**
 * The file that a backup of the metadata is: a tar which says what it is first and proves itself at its end. Reads and
 * writes streams, knows nothing of what the files in it mean.
 */
@NullMarked
package flare.backup;

import org.jspecify.annotations.NullMarked;
