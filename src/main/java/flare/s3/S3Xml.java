package flare.s3;

import flare.http.PercentCode;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.Checksum;
import flare.model.Deletion;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.object.MultipartService;
import flare.object.ObjectService.Listing;
import flare.object.ObjectService.VersionListing;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * All XML that S3 clients get. What XML 1.0 can't hold is written as U+FFFD, so that a document always parses;
 * {@code encoding-type=url} is the way to learn such a key.
 */
final class S3Xml {

    private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newDefaultFactory();
    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
    /** The one owner there is until there are accounts. */
    private static final String OWNER = "flare";

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    private S3Xml() throws XMLStreamException {
        this.xml = FACTORY.createXMLStreamWriter(text);
    }

    static byte[] error(String code, String message, String resource, String requestId) {
        return document(out -> {
            out.xml.writeStartElement("Error");
            out.element("Code", code);
            out.element("Message", message);
            out.element("Resource", resource);
            out.element("RequestId", requestId);
        });
    }

    /** Empty for us-east-1, as S3 has it. */
    static byte[] location(String region) {
        return document(out -> {
            out.root("LocationConstraint");
            if (!region.equals("us-east-1")) {
                out.characters(region);
            }
        });
    }

    static byte[] buckets(List<BucketInfo> buckets, String prefix, Optional<String> token) {
        return document(out -> {
            out.root("ListAllMyBucketsResult");
            out.owner();
            out.xml.writeStartElement("Buckets");
            for (BucketInfo bucket : buckets) {
                out.xml.writeStartElement("Bucket");
                out.element("Name", bucket.name().value());
                out.element("CreationDate", iso(bucket.created()));
                out.xml.writeEndElement();
            }
            out.xml.writeEndElement();
            if (token.isPresent()) {
                out.element("ContinuationToken", token.get());
            }
            if (!prefix.isEmpty()) {
                out.element("Prefix", prefix);
            }
        });
    }

    static byte[] versioning(BucketInfo.Versioning versioning) {
        return document(out -> {
            out.root("VersioningConfiguration");
            switch (versioning) {
                case UNVERSIONED -> {}
                case ENABLED -> out.element("Status", "Enabled");
                case SUSPENDED -> out.element("Status", "Suspended");
            }
        });
    }

    static byte[] copied(ObjectInfo copy) {
        return document(out -> {
            out.root("CopyObjectResult");
            out.element("LastModified", iso(copy.lastModified()));
            out.element("ETag", "\"" + copy.etag() + "\"");
        });
    }

    static byte[] created(BucketName bucket, ObjectKey key, UploadId upload) {
        return document(out -> {
            out.root("InitiateMultipartUploadResult");
            out.element("Bucket", bucket.value());
            out.element("Key", key.text());
            out.element("UploadId", upload.toString());
        });
    }

    static byte[] copiedPart(PartInfo part) {
        return document(out -> {
            out.root("CopyPartResult");
            out.element("LastModified", iso(part.lastModified()));
            out.element("ETag", "\"" + part.etag() + "\"");
        });
    }

    static byte[] completed(BucketName bucket, ObjectInfo stored) {
        return document(out -> {
            out.root("CompleteMultipartUploadResult");
            out.element(
                    "Location",
                    "/" + bucket + "/" + PercentCode.encodePath(stored.key().text()));
            out.element("Bucket", bucket.value());
            out.element("Key", stored.key().text());
            out.element("ETag", "\"" + stored.etag() + "\"");
            if (stored.extras().checksum().isPresent()) {
                Checksum checksum = stored.extras().checksum().get();
                out.element("Checksum" + checksum.algorithm().name(), checksum.value());
                out.element("ChecksumType", checksum.type().name());
            }
        });
    }

    static byte[] parts(BucketName bucket, MultipartService.PartsPage page, int after, int limit) {
        return document(out -> {
            out.root("ListPartsResult");
            out.element("Bucket", bucket.value());
            out.element("Key", page.upload().key().text());
            out.element("UploadId", page.upload().id().toString());
            out.initiator();
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
            for (PartInfo part : page.parts()) {
                out.xml.writeStartElement("Part");
                out.element("PartNumber", Integer.toString(part.number()));
                out.element("LastModified", iso(part.lastModified()));
                out.element("ETag", "\"" + part.etag() + "\"");
                out.element("Size", Long.toString(part.size()));
                if (part.checksum().isPresent()) {
                    Checksum checksum = part.checksum().get();
                    out.element("Checksum" + checksum.algorithm().name(), checksum.value());
                }
                out.xml.writeEndElement();
            }
        });
    }

    static byte[] uploads(UploadsQuery query, MultipartService.UploadsPage page) {
        return document(out -> {
            out.root("ListMultipartUploadsResult");
            UnaryOperator<String> coded = query.urlEncoded() ? PercentCode::encodePath : UnaryOperator.identity();
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
                out.xml.writeStartElement("Upload");
                out.element("Key", coded.apply(upload.key().text()));
                out.element("UploadId", upload.id().toString());
                out.initiator();
                out.element("StorageClass", "STANDARD");
                out.element("Initiated", iso(upload.created()));
                out.xml.writeEndElement();
            }
            out.commonPrefixes(page.commonPrefixes(), coded);
        });
    }

    private void initiator() throws XMLStreamException {
        xml.writeStartElement("Initiator");
        element("ID", OWNER);
        element("DisplayName", OWNER);
        xml.writeEndElement();
        owner();
    }

    static byte[] tagging(Map<String, String> tags) {
        return document(out -> {
            out.root("Tagging");
            out.xml.writeStartElement("TagSet");
            for (Map.Entry<String, String> tag : tags.entrySet()) {
                out.xml.writeStartElement("Tag");
                out.element("Key", tag.getKey());
                out.element("Value", tag.getValue());
                out.xml.writeEndElement();
            }
            out.xml.writeEndElement();
        });
    }

    static byte[] versions(VersionsQuery query, VersionListing listing) {
        return document(out -> {
            out.root("ListVersionsResult");
            UnaryOperator<String> coded = query.urlEncoded() ? PercentCode::encodePath : UnaryOperator.identity();
            out.element("Name", query.bucket().value());
            out.element("Prefix", coded.apply(query.prefix()));
            out.element("KeyMarker", coded.apply(query.keyMarker()));
            out.element("VersionIdMarker", query.versionMarker());
            if (listing.next().isPresent()) {
                out.element(
                        "NextKeyMarker",
                        coded.apply(new String(listing.next().get().keyMarker(), StandardCharsets.UTF_8)));
                if (listing.next().get().versionMarker().isPresent()) {
                    out.element(
                            "NextVersionIdMarker",
                            listing.next().get().versionMarker().get().toString());
                }
            }
            out.element("MaxKeys", Integer.toString(query.maxKeys()));
            if (!query.delimiter().isEmpty()) {
                out.element("Delimiter", coded.apply(query.delimiter()));
            }
            out.element("IsTruncated", Boolean.toString(listing.next().isPresent()));
            if (query.urlEncoded()) {
                out.element("EncodingType", "url");
            }
            for (ObjectInfo version : listing.versions()) {
                out.version(version, coded);
            }
            out.commonPrefixes(listing.commonPrefixes(), coded);
        });
    }

    private void version(ObjectInfo version, UnaryOperator<String> coded) throws XMLStreamException {
        boolean marker = version.mark().deleteMarker();
        xml.writeStartElement(marker ? "DeleteMarker" : "Version");
        element("Key", coded.apply(version.key().text()));
        element("VersionId", version.versionId().toString());
        element("IsLatest", Boolean.toString(version.mark().latest()));
        element("LastModified", iso(version.lastModified()));
        if (!marker) {
            element("ETag", "\"" + version.etag() + "\"");
            element("Size", Long.toString(version.size()));
            element("StorageClass", "STANDARD");
        }
        owner();
        xml.writeEndElement();
    }

    private void commonPrefixes(List<byte[]> prefixes, UnaryOperator<String> coded) throws XMLStreamException {
        for (byte[] prefix : prefixes) {
            xml.writeStartElement("CommonPrefixes");
            element("Prefix", coded.apply(new String(prefix, StandardCharsets.UTF_8)));
            xml.writeEndElement();
        }
    }

    private void owner() throws XMLStreamException {
        xml.writeStartElement("Owner");
        element("ID", OWNER);
        element("DisplayName", OWNER);
        xml.writeEndElement();
    }

    static byte[] postResponse(String location, String bucket, String key, String etag) {
        return document(out -> {
            out.xml.writeStartElement("PostResponse");
            out.element("Location", location);
            out.element("Bucket", bucket);
            out.element("Key", key);
            out.element("ETag", "\"" + etag + "\"");
        });
    }

    /** Nothing of what went well, when quiet. */
    static byte[] deleted(List<DeleteObjectsHandler.Result> results, boolean quiet) {
        return document(out -> {
            out.root("DeleteResult");
            for (DeleteObjectsHandler.Result result : results) {
                if (result.error().isPresent()) {
                    FlareException error = result.error().get();
                    out.xml.writeStartElement("Error");
                    out.element("Key", result.asked().key());
                    if (result.asked().version().isPresent()) {
                        out.element("VersionId", result.asked().version().get());
                    }
                    out.element("Code", ErrorMapping.of(error.fault()).code());
                    out.element("Message", String.valueOf(error.getMessage()));
                    out.xml.writeEndElement();
                } else if (!quiet) {
                    out.deleted(result);
                }
            }
        });
    }

    private void deleted(DeleteObjectsHandler.Result result) throws XMLStreamException {
        Deletion done = result.done().orElseThrow();
        xml.writeStartElement("Deleted");
        element("Key", result.asked().key());
        if (result.asked().version().isPresent()) {
            element("VersionId", result.asked().version().get());
        }
        if (done.deleteMarker()) {
            element("DeleteMarker", "true");
            if (done.versionId().isPresent()) {
                element("DeleteMarkerVersionId", done.versionId().get().toString());
            }
        }
        xml.writeEndElement();
    }

    static byte[] listing(ListQuery query, Listing listing) {
        return document(out -> {
            out.root("ListBucketResult");
            UnaryOperator<String> coded = query.urlEncoded() ? PercentCode::encodePath : UnaryOperator.identity();
            out.element("Name", query.bucket().value());
            out.element("Prefix", coded.apply(query.prefix()));
            out.element("MaxKeys", Integer.toString(query.maxKeys()));
            if (!query.delimiter().isEmpty()) {
                out.element("Delimiter", coded.apply(query.delimiter()));
            }
            out.element("IsTruncated", Boolean.toString(listing.next().isPresent()));
            out.page(query, listing, coded);
            if (query.urlEncoded()) {
                out.element("EncodingType", "url");
            }
            for (ObjectInfo object : listing.objects()) {
                out.contents(object, coded, query.withOwner());
            }
            out.commonPrefixes(listing.commonPrefixes(), coded);
        });
    }

    /** Where this page begins and the next one goes on: the part in which the two versions of listing differ. */
    private void page(ListQuery query, Listing listing, UnaryOperator<String> coded) throws XMLStreamException {
        if (query.version() == ListQuery.Version.V1) {
            element("Marker", coded.apply(query.startAfter()));
            if (listing.next().isPresent()) {
                element("NextMarker", coded.apply(new String(listing.next().get(), StandardCharsets.UTF_8)));
            }
            return;
        }
        element(
                "KeyCount",
                Integer.toString(
                        listing.objects().size() + listing.commonPrefixes().size()));
        if (!query.startAfter().isEmpty()) {
            element("StartAfter", coded.apply(query.startAfter()));
        }
        if (query.token().isPresent()) {
            element("ContinuationToken", query.token().get());
        }
        if (listing.next().isPresent()) {
            element("NextContinuationToken", query.tokenFor(listing.next().get()));
        }
    }

    private void contents(ObjectInfo object, UnaryOperator<String> coded, boolean withOwner) throws XMLStreamException {
        xml.writeStartElement("Contents");
        element("Key", coded.apply(object.key().text()));
        element("LastModified", iso(object.lastModified()));
        element("ETag", "\"" + object.etag() + "\"");
        element("Size", Long.toString(object.size()));
        if (withOwner) {
            owner();
        }
        element("StorageClass", "STANDARD");
        xml.writeEndElement();
    }

    private static String iso(Instant instant) {
        return ISO_MILLIS.format(instant.atOffset(ZoneOffset.UTC));
    }

    private void root(String name) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeDefaultNamespace(NAMESPACE);
    }

    private void element(String name, String value) throws XMLStreamException {
        xml.writeStartElement(name);
        characters(value);
        xml.writeEndElement();
    }

    /** A carriage return goes out as a reference: a parser would turn a bare one into a line feed. */
    private void characters(String value) throws XMLStreamException {
        StringBuilder safe = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\r') {
                xml.writeCharacters(safe.toString());
                safe.setLength(0);
                xml.writeEntityRef("#13");
            } else {
                safe.appendCodePoint(isXmlCharacter(c) ? c : 0xFFFD);
            }
        }
        xml.writeCharacters(safe.toString());
    }

    /** <a href="https://www.w3.org/TR/xml/#charsets">XML 1.0, 2.2</a>. */
    private static boolean isXmlCharacter(int c) {
        return c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
    }

    private static byte[] document(Content content) {
        try {
            S3Xml out = new S3Xml();
            out.xml.writeStartDocument("UTF-8", "1.0");
            content.write(out);
            out.xml.writeEndDocument();
            out.xml.close();
            return out.text.toString().getBytes(StandardCharsets.UTF_8);
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a document in memory could not be written", e);
        }
    }

    private interface Content {
        void write(S3Xml out) throws XMLStreamException;
    }
}
