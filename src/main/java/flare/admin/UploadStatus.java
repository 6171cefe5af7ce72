package flare.admin;

/**
 * A multipart upload that is open.
 *
 * @param initiated ISO 8601
 * @param bytes of its parts
 */
public record UploadStatus(String bucket, String key, String id, String initiated, int parts, long bytes) {}
