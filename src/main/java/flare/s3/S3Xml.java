package flare.s3;

import flare.model.BucketInfo;
import flare.model.Deletion;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.s3.Owners.Owner;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What buckets and objects answer, and refusals. */
final class S3Xml {

    private S3Xml() {}

    static byte[] error(String code, String message, String resource, String requestId) {
        return XmlWriter.document(out -> {
            out.open("Error");
            out.element("Code", code);
            out.element("Message", message);
            out.element("Resource", resource);
            out.element("RequestId", requestId);
        });
    }

    /** Empty for us-east-1, as S3 has it. */
    static byte[] location(String region) {
        return XmlWriter.document(out -> {
            out.root("LocationConstraint");
            if (!region.equals("us-east-1")) {
                out.characters(region);
            }
        });
    }

    static byte[] buckets(Owner caller, List<BucketInfo> buckets, String prefix, Optional<String> token) {
        return XmlWriter.document(out -> {
            out.root("ListAllMyBucketsResult");
            out.owner(caller);
            out.open("Buckets");
            for (BucketInfo bucket : buckets) {
                out.open("Bucket");
                out.element("Name", bucket.name().value());
                out.element("CreationDate", XmlWriter.iso(bucket.created()));
                out.close();
            }
            out.close();
            if (token.isPresent()) {
                out.element("ContinuationToken", token.get());
            }
            if (!prefix.isEmpty()) {
                out.element("Prefix", prefix);
            }
        });
    }

    static byte[] versioning(BucketInfo.Versioning versioning) {
        return XmlWriter.document(out -> {
            out.root("VersioningConfiguration");
            switch (versioning) {
                case UNVERSIONED -> {}
                case ENABLED -> out.element("Status", "Enabled");
                case SUSPENDED -> out.element("Status", "Suspended");
            }
        });
    }

    static byte[] copied(ObjectInfo copy) {
        return XmlWriter.document(out -> {
            out.root("CopyObjectResult");
            out.element("LastModified", XmlWriter.iso(copy.lastModified()));
            out.etag(copy.etag());
            out.checksum(copy.extras().checksum());
        });
    }

    static byte[] tagging(Map<String, String> tags) {
        return XmlWriter.document(out -> {
            out.root("Tagging");
            out.open("TagSet");
            for (Map.Entry<String, String> tag : tags.entrySet()) {
                out.open("Tag");
                out.element("Key", tag.getKey());
                out.element("Value", tag.getValue());
                out.close();
            }
            out.close();
        });
    }

    static byte[] requestPayment(BucketConfigHandlers.Payer payer) {
        return XmlWriter.document(out -> {
            out.root("RequestPaymentConfiguration");
            out.element("Payer", payer.name());
        });
    }

    static byte[] postResponse(String location, String bucket, String key, String etag) {
        return XmlWriter.document(out -> {
            out.open("PostResponse");
            out.element("Location", location);
            out.element("Bucket", bucket);
            out.element("Key", key);
            out.etag(etag);
        });
    }

    /** Nothing of what went well, when quiet. */
    static byte[] deleted(List<DeleteObjectsHandler.Result> results, boolean quiet) {
        return XmlWriter.document(out -> {
            out.root("DeleteResult");
            for (DeleteObjectsHandler.Result result : results) {
                if (result.error().isPresent()) {
                    FlareException error = result.error().get();
                    out.open("Error");
                    out.element("Key", result.asked().key());
                    if (result.asked().version().isPresent()) {
                        out.element("VersionId", result.asked().version().get());
                    }
                    out.element("Code", ErrorMapping.of(error.fault()).code());
                    out.element("Message", Refusals.message(error));
                    out.close();
                } else if (!quiet) {
                    deleted(out, result);
                }
            }
        });
    }

    private static void deleted(XmlWriter out, DeleteObjectsHandler.Result result) {
        Deletion done = result.done().orElseThrow();
        out.open("Deleted");
        out.element("Key", result.asked().key());
        if (result.asked().version().isPresent()) {
            out.element("VersionId", result.asked().version().get());
        }
        if (done.deleteMarker()) {
            out.element("DeleteMarker", "true");
            if (done.versionId().isPresent()) {
                out.element("DeleteMarkerVersionId", done.versionId().get().toString());
            }
        }
        out.close();
    }
}
