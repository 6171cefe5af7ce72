package flare.admin;

import java.util.List;

/** @param more whether there are uploads beyond the limit that was asked for */
public record UploadList(List<UploadStatus> uploads, boolean more) {

    public UploadList {
        uploads = List.copyOf(uploads);
    }
}
