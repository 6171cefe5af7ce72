package flare.metadata;

import flare.config.ObjectSettings;
import flare.config.PlacementSettings.Strategy;
import flare.model.BlobId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.PartInfo;
import flare.model.UserInfo;
import flare.model.WriteCondition;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a command can be judged without the state: sizes, sums, order, bounds. Checked before a command is proposed,
 * so that nonsense never reaches the log, and again by apply, which trusts no entry.
 */
final class CommandCheck {

    static final int MAX_ATTRIBUTE_BYTES = 64 * 1024;
    static final int MAX_ETAG_LENGTH = 128;
    static final int MAX_CONDITION_ETAGS = 1000;
    static final int MAX_COPIES = 64;
    static final int MAX_NAME_LENGTH = 256;
    private static final int MAX_ZONE_LENGTH = 255;
    /** Of 100 grants to canonical ids. */
    static final int MAX_ACL_LENGTH = 8 * 1024;

    static final int MAX_ROWS = 10_000;
    /** A bucket's id and a key of any bytes, in hexadecimal digits, fit. */
    static final int MAX_POSITION_LENGTH = 4 * 1024;

    static final int MAX_NUMBERS = 32;

    private CommandCheck() {}

    /** Throws {@link FlareException} with INVALID_ARGUMENT, naming the field. */
    static void check(Command<?> command) {
        if (command instanceof Command.PutObject put) {
            put(put);
        } else if (command instanceof Command.DeleteObject delete) {
            condition(delete.condition());
        } else if (command instanceof Command.CopyObject copy) {
            copy.attributes().ifPresent(CommandCheck::attributes);
            extras(new ObjectExtras(copy.tags().orElse(Map.of()), copy.checksum(), copy.owner(), copy.acl()));
            condition(copy.condition());
        } else if (command instanceof Command.AmendVersion amend) {
            extras(new ObjectExtras(amend.tags().orElse(Map.of()), Optional.empty(), Optional.empty(), amend.acl()));
        } else if (command instanceof Command.CreateUpload create) {
            attributes(create.attributes());
            extras(create.extras());
        } else if (command instanceof Command.PutPart put) {
            number(put.number());
            require(put.size() >= 0, "size", put.size());
            etag(put.etag());
            content(put.content(), put.size());
        } else if (command instanceof Command.CopyPart copy) {
            number(copy.number());
            copy.etag().ifPresent(CommandCheck::etag);
        } else if (command instanceof Command.CompleteUpload complete) {
            complete(complete);
        } else if (command instanceof Command.ExpireUploads expire) {
            require(
                    expire.uploads().size() <= MAX_ROWS,
                    "number of uploads",
                    expire.uploads().size());
        } else if (command instanceof Command.CreateBucket create) {
            require(
                    create.owner().length() <= MAX_NAME_LENGTH,
                    "owner length",
                    create.owner().length());
            create.documents().forEach(CommandCheck::document);
        } else if (command instanceof Command.SetDocument set) {
            set.document().ifPresent(document -> document(set.kind(), document));
        } else if (command instanceof Command.SetUserPolicy set) {
            int length = set.document().map(document -> document.bytes().length).orElse(0);
            require(length <= UserInfo.MAX_POLICY_BYTES, "bytes of policy " + set.name(), length);
        } else if (command instanceof Command.InitCluster init) {
            settings(init.settings());
        } else if (command instanceof Command.AddNode add) {
            place(add.zone(), add.weight());
        } else if (command instanceof Command.PlaceNode place) {
            place(place.zone().orElse(""), place.weight().orElse(1.0));
        } else if (command instanceof Command.ReturnNode back) {
            require(back.incarnation() >= 0, "incarnation", back.incarnation());
        } else if (command instanceof Command.UpdateNode update) {
            require(update.incarnation() >= 0, "incarnation", update.incarnation());
        } else if (command instanceof Command.RenewSession renew) {
            renew(renew);
        } else if (command instanceof Command.SetClusterSettings set) {
            set.copies().ifPresent(CommandCheck::copies);
            set.strategy()
                    .ifPresent(
                            spelled -> require(Strategy.spelled(spelled).isPresent(), "placement strategy", spelled));
        } else if (command instanceof Command.AlignChunks align) {
            require(
                    align.chunks().size() <= MAX_ROWS,
                    "number of chunks",
                    align.chunks().size());
        } else if (command instanceof Command.CountSpace count) {
            require(count.limit() >= 1 && count.limit() <= MAX_ROWS, "limit", count.limit());
        } else if (command instanceof Command.SaveCursor save) {
            worker(save.worker());
            cursor(save.cursor());
        } else if (command instanceof Command.OrderWorker order) {
            worker(order.worker());
        } else if (command instanceof Command.FreeBlob free) {
            require(free.limit() >= 1 && free.limit() <= MAX_ROWS, "limit", free.limit());
        } else if (command instanceof Command.FreeOrphans free) {
            require(
                    free.chunks().size() <= MAX_ROWS,
                    "number of chunks",
                    free.chunks().size());
        } else if (command instanceof Command.AdoptCopies adopt) {
            require(
                    adopt.chunks().size() <= MAX_ROWS,
                    "number of chunks",
                    adopt.chunks().size());
        } else if (command instanceof Command.ClearFreed clear) {
            require(
                    clear.copies().size() <= MAX_ROWS,
                    "number of copies",
                    clear.copies().size());
        }
    }

    private static void place(String zone, double weight) {
        require(weight > 0 && !Double.isInfinite(weight), "weight", weight);
        require(zone.length() <= MAX_ZONE_LENGTH, "zone length", zone.length());
    }

    static void worker(String name) {
        boolean plain = !name.isEmpty()
                && name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(c -> c == '-' || (c >= 'a' && c <= 'z'));
        require(plain, "name of a worker", name);
    }

    private static void cursor(WorkerCursor cursor) {
        require(
                cursor.position().length() <= MAX_POSITION_LENGTH,
                "length of a position",
                cursor.position().length());
        require(
                cursor.numbers().size() <= MAX_NUMBERS,
                "number of numbers",
                cursor.numbers().size());
        cursor.numbers().keySet().forEach(CommandCheck::worker);
    }

    private static void document(DocumentKind kind, Document document) {
        int length = document.bytes().length;
        require(length <= kind.maxBytes(), "bytes of document " + kind, length);
    }

    private static void copies(int copies) {
        require(copies >= 1 && copies <= MAX_COPIES, "wanted copies", copies);
    }

    private static void settings(ClusterSettings settings) {
        copies(settings.wantedCopies());
        require(
                settings.chunkBytes() >= ObjectSettings.MIN_CHUNK.bytes()
                        && settings.chunkBytes() <= ObjectSettings.MAX_CHUNK.bytes(),
                "chunk bytes",
                settings.chunkBytes());
    }

    private static void put(Command.PutObject put) {
        require(put.size() >= 0, "size", put.size());
        require(
                put.etag().length() <= MAX_ETAG_LENGTH,
                "ETag length",
                put.etag().length());
        attributes(put.attributes());
        extras(put.extras());
        condition(put.condition());
        content(put.content(), put.size());
    }

    private static void number(int number) {
        require(number >= 1 && number <= PartInfo.MAX_NUMBER, "part number", number);
    }

    private static void etag(String etag) {
        require(etag.length() <= MAX_ETAG_LENGTH, "ETag length", etag.length());
    }

    private static void complete(Command.CompleteUpload complete) {
        require(!complete.parts().isEmpty(), "number of parts", 0);
        etag(complete.etag());
        condition(complete.condition());
        int before = 0;
        for (Command.PartRef part : complete.parts()) {
            number(part.number());
            if (part.number() <= before) {
                throw new FlareException(
                        Fault.INVALID_PART_ORDER, "part " + part.number() + " comes behind part " + before);
            }
            before = part.number();
        }
    }

    static void attributes(ObjectAttributes attributes) {
        int attributeBytes = bytes(attributes);
        require(attributeBytes <= MAX_ATTRIBUTE_BYTES, "attribute bytes", attributeBytes);
    }

    static void extras(ObjectExtras extras) {
        tag(
                extras.tags().size() <= ObjectExtras.MAX_TAGS,
                "number of tags",
                extras.tags().size());
        extras.tags().forEach((name, value) -> {
            int keyLength = name.codePointCount(0, name.length());
            int valueLength = value.codePointCount(0, value.length());
            tag(keyLength >= 1 && keyLength <= ObjectExtras.MAX_TAG_KEY, "length of a tag's key", keyLength);
            tag(valueLength <= ObjectExtras.MAX_TAG_VALUE, "length of a tag's value", valueLength);
        });
        int ownerLength = extras.owner().map(String::length).orElse(0);
        require(ownerLength <= MAX_NAME_LENGTH, "owner length", ownerLength);
        int aclLength = extras.acl().map(String::length).orElse(0);
        require(aclLength <= MAX_ACL_LENGTH, "length of an ACL", aclLength);
    }

    private static void tag(boolean holds, String field, Object value) {
        if (!holds) {
            throw new FlareException(Fault.INVALID_TAG, field + " is not allowed to be " + value);
        }
    }

    static void content(Command.NewContent content, long size) {
        if (content instanceof Command.NewContent.Inline inline) {
            require(inline.bytes().length <= ObjectSettings.MAX_INLINE.bytes(), "inline bytes", inline.bytes().length);
            require(inline.bytes().length == size, "size of " + inline.bytes().length + " inline bytes", size);
        } else if (content instanceof Command.NewContent.Blob blob) {
            long sum = blob(blob);
            require(!blob.chunks().isEmpty(), "number of chunks", 0);
            require(sum == size, "size of chunks of " + sum + " bytes", size);
            blob.chunks().forEach(CommandCheck::hasCopies);
        }
    }

    private static void hasCopies(ChunkRecord chunk) {
        require(!chunk.nodes().isEmpty(), "copies of chunk " + chunk.id(), 0);
    }

    /** Answers the sum of the chunks' lengths. */
    private static long blob(Command.NewContent.Blob blob) {
        require(blob.wantedCopies() >= 1 && blob.wantedCopies() <= MAX_COPIES, "wanted copies", blob.wantedCopies());
        long sum = 0;
        for (int i = 0; i < blob.chunks().size(); i++) {
            ChunkRecord chunk = blob.chunks().get(i);
            require(chunk.id().equals(new ChunkId(blob.id(), i)), "chunk " + i + " of blob " + blob.id(), chunk.id());
            sum += within(chunk);
        }
        return sum;
    }

    /** The length, small enough that no sum over a list of chunks overflows. */
    private static long within(ChunkRecord chunk) {
        require(chunk.length() <= ObjectSettings.MAX_CHUNK.bytes(), "length of chunk " + chunk.id(), chunk.length());
        require(
                chunk.nodes().size() <= MAX_COPIES
                        && new HashSet<>(chunk.nodes()).size() == chunk.nodes().size(),
                "nodes of chunk " + chunk.id(),
                chunk.nodes());
        return chunk.length();
    }

    private static void renew(Command.RenewSession renew) {
        require(renew.writeMark() >= 0, "write mark", renew.writeMark());
        require(renew.readMark() >= 0, "read mark", renew.readMark());
        for (Command.NewContent.Blob blob : renew.abandoned()) {
            BlobId id = blob.id();
            require(id.session() == renew.session(), "session of abandoned blob " + id, id.session());
            require(
                    blob.chunks().stream().allMatch(chunk -> chunk.id().blob().equals(id)),
                    "chunks of abandoned blob " + id,
                    blob.chunks().size());
            blob.chunks().forEach(CommandCheck::within);
        }
    }

    static void condition(WriteCondition condition) {
        for (List<String> etags : List.of(condition.ifMatch(), condition.ifNoneMatch())) {
            require(etags.size() <= MAX_CONDITION_ETAGS, "number of ETags in a condition", etags.size());
        }
    }

    private static int bytes(ObjectAttributes attributes) {
        int sum = attributes.contentType().map(CommandCheck::bytes).orElse(0);
        for (Map<String, String> map : List.of(attributes.headers(), attributes.userMetadata())) {
            for (Map.Entry<String, String> entry : map.entrySet()) {
                sum = Math.addExact(sum, bytes(entry.getKey()) + bytes(entry.getValue()));
            }
        }
        return sum;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static void require(boolean holds, String field, Object value) {
        if (!holds) {
            throw new FlareException(Fault.INVALID_ARGUMENT, field + " is not allowed to be " + value);
        }
    }
}
