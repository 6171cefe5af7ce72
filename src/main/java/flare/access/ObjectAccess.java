package flare.access;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import java.util.Map;

/**
 * What an object says of who may.
 *
 * @param owner canonical id; empty for root
 */
public record ObjectAccess(String owner, Acl acl, Map<String, String> tags) {

    public ObjectAccess {
        tags = Map.copyOf(tags);
    }

    /** Throws {@link FlareException} with INTERNAL where its ACL can't be read. */
    public static ObjectAccess of(ObjectInfo object) {
        return new ObjectAccess(
                object.extras().owner().orElse(""),
                object.extras()
                        .acl()
                        .map(text -> Acl.parse(text)
                                .orElseThrow(() -> new FlareException(
                                        Fault.INTERNAL,
                                        "the ACL '" + text + "' of object " + object.key() + " can't be understood")))
                        .orElse(Acl.DEFAULT),
                object.extras().tags());
    }
}
