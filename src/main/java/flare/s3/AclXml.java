package flare.s3;

import flare.access.Acl;
import flare.access.Grant;
import flare.access.Grantee;
import flare.access.Permission;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code AccessControlPolicy} documents. */
final class AclXml {

    private static final int MAX_ELEMENTS = 8 * Acl.MAX_GRANTS + 16;

    private AclXml() {}

    /** @param owner as the document says, empty if it does not */
    record Read(String owner, Acl acl) {}

    /** Throws {@link FlareException} with MALFORMED_ACL, INVALID_ARGUMENT, UNRESOLVABLE_GRANTEE. */
    static Read parse(byte[] document) {
        try {
            XmlElement root = XmlElement.parse(document, "AccessControlPolicy", MAX_ELEMENTS)
                    .knowing("Owner", "AccessControlList");
            String owner = root.child("Owner")
                    .flatMap(element -> element.child("ID"))
                    .map(id -> id.text().strip())
                    .orElse("");
            List<Grant> grants = new ArrayList<>();
            for (XmlElement grant :
                    root.only("AccessControlList").knowing("Grant").all("Grant")) {
                grants.add(grant(grant.knowing("Grantee", "Permission")));
            }
            if (grants.size() > Acl.MAX_GRANTS) {
                throw XmlElement.malformed("an ACL has at most " + Acl.MAX_GRANTS + " grants", null);
            }
            return new Read(owner, new Acl.Granted(grants));
        } catch (FlareException e) {
            throw e.fault() == Fault.MALFORMED_XML
                    ? new FlareException(Fault.MALFORMED_ACL, String.valueOf(e.getMessage()), e)
                    : e;
        }
    }

    private static Grant grant(XmlElement grant) {
        String name = grant.only("Permission").text().strip();
        Permission permission = Permission.of(name)
                .orElseThrow(() -> XmlElement.malformed("Permission '" + name + "' is not known", null));
        XmlElement grantee = grant.only("Grantee");
        if (grantee.child("EmailAddress").isPresent()) {
            throw AclHeaders.email(grantee.only("EmailAddress").text().strip());
        }
        return new Grant(
                grantee.child("URI").isPresent()
                        ? AclHeaders.group(grantee.only("URI").text().strip())
                        : new Grantee.User(grantee.only("ID").text().strip()),
                permission);
    }

    static byte[] document(Owners.Owner owner, List<Grant> grants, Owners.Named named) {
        return XmlWriter.document(out -> {
            out.root("AccessControlPolicy");
            out.owner(owner);
            out.open("AccessControlList");
            for (Grant grant : grants) {
                out.open("Grant");
                if (grant.grantee() instanceof Grantee.User user) {
                    Owners.Owner who = named.of(Optional.of(user.id()));
                    out.grantee("CanonicalUser");
                    out.element("ID", who.id());
                    who.displayName().ifPresent(name -> out.element("DisplayName", name));
                } else {
                    out.grantee("Group");
                    out.element("URI", ((Grantee.Group) grant.grantee()).uri());
                }
                out.close();
                out.element("Permission", grant.permission().name());
                out.close();
            }
            out.close();
        });
    }
}
