package flare.s3;

import flare.access.Acl;
import flare.access.CannedAcl;
import flare.access.Grant;
import flare.access.Grantee;
import flare.access.Permission;
import flare.http.Headers;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ACL that headers or form fields ask for: {@code x-amz-acl}, or {@code x-amz-grant-*} with {@code id="…"} and {@code
 * uri="…"}.
 */
final class AclHeaders {

    static final String CANNED = "x-amz-acl";

    private static final String GRANT = "x-amz-grant-";
    private static final Map<String, Permission> GRANTS = Map.of(
            GRANT + "read", Permission.READ,
            GRANT + "write", Permission.WRITE,
            GRANT + "read-acp", Permission.READ_ACP,
            GRANT + "write-acp", Permission.WRITE_ACP,
            GRANT + "full-control", Permission.FULL_CONTROL);

    private AclHeaders() {}

    static boolean areIn(Headers headers) {
        if (headers.has(CANNED)) {
            return true;
        }
        for (String name : headers.names()) {
            if (isGrant(name)) {
                return true;
            }
        }
        return false;
    }

    static boolean isGrant(String header) {
        return header.startsWith(GRANT);
    }

    /** Empty without any. Whether its users are there is another question. Throws {@link FlareException}. */
    static Optional<Acl> parse(Headers headers) {
        List<Grant> grants = new ArrayList<>();
        boolean granting = false;
        for (String name : headers.names()) {
            if (isGrant(name)) {
                Permission permission = GRANTS.get(name);
                if (permission == null) {
                    throw new FlareException(Fault.INVALID_ARGUMENT, "header " + name + " is not known");
                }
                granting = true;
                for (String grantee : headers.joined(name).orElseThrow().split(",", -1)) {
                    grants.add(new Grant(grantee(name, grantee.strip()), permission));
                }
            }
        }
        if (granting && headers.has(CANNED)) {
            throw new FlareException(
                    Fault.INVALID_REQUEST, "specifying both canned ACLs and header grants is not allowed");
        }
        if (grants.size() > Acl.MAX_GRANTS) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "an ACL has at most " + Acl.MAX_GRANTS + " grants, here are " + grants.size());
        }
        return granting
                ? Optional.of(new Acl.Granted(grants))
                : headers.joined(CANNED).map(AclHeaders::canned);
    }

    private static Acl canned(String label) {
        return new Acl.Canned(CannedAcl.of(label)
                .orElseThrow(() ->
                        new FlareException(Fault.INVALID_ARGUMENT, CANNED + " '" + label + "' is not known here")));
    }

    private static Grantee grantee(String header, String text) {
        int equals = text.indexOf('=');
        String kind = equals < 0 ? "" : text.substring(0, equals).strip();
        String value = equals < 0 ? "" : text.substring(equals + 1).strip();
        String plain = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
        return switch (kind) {
            case "id" -> new Grantee.User(plain);
            case "uri" -> group(plain);
            case "emailAddress" -> throw email(plain);
            default ->
                throw new FlareException(
                        Fault.INVALID_ARGUMENT,
                        header + " names its grantees as id=\"…\" or uri=\"…\", not '" + text + "'");
        };
    }

    static Grantee group(String uri) {
        return Grantee.Group.of(uri)
                .orElseThrow(() ->
                        new FlareException(Fault.INVALID_ARGUMENT, "there is no group '" + uri + "' to grant to"));
    }

    static FlareException email(String address) {
        return new FlareException(
                Fault.UNRESOLVABLE_GRANTEE,
                "'" + address + "' is nobody's: grants go to canonical ids and groups, not to e-mail addresses");
    }
}
