package flare.s3;

import flare.model.ObjectInfo;
import flare.model.ObjectPart;
import flare.object.ObjectService.PartsPage;
import flare.s3.AttributesHandler.Attribute;
import flare.s3.AttributesHandler.Page;
import java.util.Set;

/** What GetObjectAttributes answers: of all that may be asked for, what the object has. */
final class AttributesXml {

    private AttributesXml() {}

    static byte[] of(Set<Attribute> asked, Page page, PartsPage parts) {
        ObjectInfo info = parts.info();
        return XmlWriter.document(out -> {
            out.root("GetObjectAttributesResponse");
            if (asked.contains(Attribute.ETAG)) {
                out.element("ETag", info.etag());
            }
            if (asked.contains(Attribute.CHECKSUM) && info.extras().checksum().isPresent()) {
                out.open("Checksum");
                out.checksum(info.extras().checksum());
                out.close();
            }
            if (asked.contains(Attribute.OBJECT_PARTS) && info.parts() > 0) {
                parts(out, page, parts);
            }
            if (asked.contains(Attribute.STORAGE_CLASS)) {
                out.element("StorageClass", "STANDARD");
            }
            if (asked.contains(Attribute.OBJECT_SIZE)) {
                out.element("ObjectSize", Long.toString(info.size()));
            }
        });
    }

    private static void parts(XmlWriter out, Page page, PartsPage parts) {
        out.open("ObjectParts");
        out.element("IsTruncated", Boolean.toString(parts.more()));
        out.element("MaxParts", Integer.toString(page.limit()));
        out.element("PartNumberMarker", Integer.toString(page.after()));
        if (parts.more()) {
            int last = parts.parts().get(parts.parts().size() - 1).number();
            out.element("NextPartNumberMarker", Integer.toString(last));
        }
        for (ObjectPart part : parts.parts()) {
            out.open("Part");
            out.element("PartNumber", Integer.toString(part.number()));
            out.element("Size", Long.toString(part.size()));
            if (part.checksum().isPresent()) {
                out.element(
                        "Checksum" + part.checksum().get().algorithm().name(),
                        part.checksum().get().value());
            }
            out.close();
        }
        out.element("PartsCount", Integer.toString(parts.info().parts()));
        out.close();
    }
}
