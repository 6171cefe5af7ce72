package flare.s3;

import flare.model.Checksum;
import flare.model.ObjectInfo;
import flare.object.ObjectService.Listing;
import flare.object.ObjectService.VersionListing;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Listings of keys and of versions. */
final class ListXml {

    private ListXml() {}

    static byte[] listing(ListQuery query, Listing listing, Owners.Named owners) {
        return XmlWriter.document(out -> {
            out.root("ListBucketResult");
            UnaryOperator<String> coded = XmlWriter.coding(query.urlEncoded());
            out.element("Name", query.bucket().value());
            out.element("Prefix", coded.apply(query.prefix()));
            out.element("MaxKeys", Integer.toString(query.maxKeys()));
            if (!query.delimiter().isEmpty()) {
                out.element("Delimiter", coded.apply(query.delimiter()));
            }
            out.element("IsTruncated", Boolean.toString(listing.next().isPresent()));
            page(out, query, listing, coded);
            if (query.urlEncoded()) {
                out.element("EncodingType", "url");
            }
            for (ObjectInfo object : listing.objects()) {
                contents(
                        out,
                        object,
                        coded,
                        query.withOwner()
                                ? Optional.of(owners.of(object.extras().owner()))
                                : Optional.empty());
            }
            out.commonPrefixes(listing.commonPrefixes(), coded);
        });
    }

    /** Where this page begins and the next one goes on: the part in which the two versions of listing differ. */
    private static void page(XmlWriter out, ListQuery query, Listing listing, UnaryOperator<String> coded) {
        if (query.version() == ListQuery.Version.V1) {
            out.element("Marker", coded.apply(query.startAfter()));
            if (listing.next().isPresent()) {
                out.element("NextMarker", coded.apply(new String(listing.next().get(), StandardCharsets.UTF_8)));
            }
            return;
        }
        out.element(
                "KeyCount",
                Integer.toString(
                        listing.objects().size() + listing.commonPrefixes().size()));
        if (!query.startAfter().isEmpty()) {
            out.element("StartAfter", coded.apply(query.startAfter()));
        }
        if (query.token().isPresent()) {
            out.element("ContinuationToken", query.token().get());
        }
        if (listing.next().isPresent()) {
            out.element("NextContinuationToken", query.tokenFor(listing.next().get()));
        }
    }

    private static void contents(
            XmlWriter out, ObjectInfo object, UnaryOperator<String> coded, Optional<Owners.Owner> owner) {
        out.open("Contents");
        out.element("Key", coded.apply(object.key().text()));
        out.element("LastModified", XmlWriter.iso(object.lastModified()));
        out.etag(object.etag());
        checksum(out, object);
        out.element("Size", Long.toString(object.size()));
        owner.ifPresent(out::owner);
        out.element("StorageClass", "STANDARD");
        out.close();
    }

    private static void checksum(XmlWriter out, ObjectInfo object) {
        Optional<Checksum> checksum = object.extras().checksum();
        if (checksum.isPresent()) {
            out.element("ChecksumAlgorithm", checksum.get().algorithm().name());
            out.element("ChecksumType", checksum.get().type().name());
        }
    }

    static byte[] versions(VersionsQuery query, VersionListing listing, Owners.Named owners) {
        return XmlWriter.document(out -> {
            out.root("ListVersionsResult");
            UnaryOperator<String> coded = XmlWriter.coding(query.urlEncoded());
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
                version(out, version, coded, owners.of(version.extras().owner()));
            }
            out.commonPrefixes(listing.commonPrefixes(), coded);
        });
    }

    private static void version(XmlWriter out, ObjectInfo version, UnaryOperator<String> coded, Owners.Owner owner) {
        boolean marker = version.mark().deleteMarker();
        out.open(marker ? "DeleteMarker" : "Version");
        out.element("Key", coded.apply(version.key().text()));
        out.element("VersionId", version.versionId().toString());
        out.element("IsLatest", Boolean.toString(version.mark().latest()));
        out.element("LastModified", XmlWriter.iso(version.lastModified()));
        if (!marker) {
            out.etag(version.etag());
            checksum(out, version);
            out.element("Size", Long.toString(version.size()));
            out.element("StorageClass", "STANDARD");
        }
        out.owner(owner);
        out.close();
    }
}
