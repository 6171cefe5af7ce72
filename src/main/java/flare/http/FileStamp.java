package flare.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * What tells that a file was replaced or written to.
 *
 * @param attributes empty where the file is not there, or can't be looked at
 */
record FileStamp(List<Object> attributes) {

    static FileStamp of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(List.of(
                    attributes.lastModifiedTime(), attributes.size(), Optional.ofNullable(attributes.fileKey())));
        } catch (IOException e) {
            return new FileStamp(List.of());
        }
    }
}
