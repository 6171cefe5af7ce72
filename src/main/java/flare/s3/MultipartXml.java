package flare.s3;

import flare.model.BucketName;
import flare.model.Checksum;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.object.MultipartService;
import flare.s3.Owners.Owner;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** What uploads in parts answer. */
final class MultipartXml {

    private MultipartXml() {}

    static byte[] created(BucketName bucket, ObjectKey key, UploadId upload) {
        return XmlWriter.document(out -> {
            out.root("InitiateMultipartUploadResult");
            out.element("Bucket", bucket.value());
            out.element("Key", key.text());
            out.element("UploadId", upload.toString());
        });
    }

    static byte[] copiedPart(PartInfo part) {
        return XmlWriter.document(out -> {
            out.root("CopyPartResult");
            out.element("LastModified", XmlWriter.iso(part.lastModified()));
            out.etag(part.etag());
            out.checksum(part.checksum());
        });
    }

    static byte[] completed(BucketName bucket, String location, ObjectInfo stored) {
        return XmlWriter.document(out -> {
            out.root("CompleteMultipartUploadResult");
            out.element("Location", location);
            out.element("Bucket", bucket.value());
            out.element("Key", stored.key().text());
            out.etag(stored.etag());
            out.checksum(stored.extras().checksum());
        });
    }

    static byte[] parts(BucketName bucket, MultipartService.PartsPage page, Owner owner, int after, int limit) {
        return XmlWriter.document(out -> {
            out.root("ListPartsResult");
            out.element("Bucket", bucket.value());
            out.element("Key", page.upload().key().text());
            out.element("UploadId", page.upload().id().toString());
            out.person("Initiator", owner);
            out.owner(owner);
            out.element("StorageClass", "STANDARD");
            out.element("PartNumberMarker", Integer.toString(after));
            if (page.more()) {
                out.element(
                        "NextPartNumberMarker",
                        Integer.toString(
                                page.parts().get(page.parts().size() - 1).number()));
            }
            out.element("MaxParts", Integer.toString(limit));
            out.element("IsTruncated", Boolean.toString(page.more()));
            checksum(out, page.upload());
            for (PartInfo part : page.parts()) {
                out.open("Part");
                out.element("PartNumber", Integer.toString(part.number()));
                out.element("LastModified", XmlWriter.iso(part.lastModified()));
                out.etag(part.etag());
                out.element("Size", Long.toString(part.size()));
                if (part.checksum().isPresent()) {
                    Checksum checksum = part.checksum().get();
                    out.element("Checksum" + checksum.algorithm().name(), checksum.value());
                }
                out.close();
            }
        });
    }

    private static void checksum(XmlWriter out, UploadInfo upload) {
        if (upload.algorithm().isPresent()) {
            out.element("ChecksumAlgorithm", upload.algorithm().get().name());
            out.element("ChecksumType", upload.checksumType().name());
        }
    }

    static byte[] uploads(UploadsQuery query, MultipartService.UploadsPage page, Owners.Named owners) {
        return XmlWriter.document(out -> {
            out.root("ListMultipartUploadsResult");
            UnaryOperator<String> coded = XmlWriter.coding(query.urlEncoded());
            out.element("Bucket", query.bucket().value());
            out.element("KeyMarker", coded.apply(query.keyMarker()));
            out.element(
                    "UploadIdMarker",
                    query.uploadMarker().map(UploadId::toString).orElse(""));
            if (page.next().isPresent()) {
                MultipartService.NextUpload next = page.next().get();
                out.element("NextKeyMarker", coded.apply(new String(next.keyMarker(), StandardCharsets.UTF_8)));
                if (next.uploadMarker().isPresent()) {
                    out.element("NextUploadIdMarker", next.uploadMarker().get().toString());
                }
            }
            out.element("Prefix", coded.apply(query.prefix()));
            if (!query.delimiter().isEmpty()) {
                out.element("Delimiter", coded.apply(query.delimiter()));
            }
            out.element("MaxUploads", Integer.toString(query.maxUploads()));
            out.element("IsTruncated", Boolean.toString(page.next().isPresent()));
            if (query.urlEncoded()) {
                out.element("EncodingType", "url");
            }
            for (UploadInfo upload : page.uploads()) {
                out.open("Upload");
                out.element("Key", coded.apply(upload.key().text()));
                out.element("UploadId", upload.id().toString());
                Owner owner = owners.of(upload.extras().owner());
                out.person("Initiator", owner);
                out.owner(owner);
                out.element("StorageClass", "STANDARD");
                out.element("Initiated", XmlWriter.iso(upload.created()));
                checksum(out, upload);
                out.close();
            }
            out.commonPrefixes(page.commonPrefixes(), coded);
        });
    }
}
