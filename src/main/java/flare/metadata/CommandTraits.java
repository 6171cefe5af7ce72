package flare.metadata;

import flare.model.Checksum;
import flare.model.ChunkRecord;
import flare.model.KeyPair;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.WriteCondition;
import java.util.Map;
import java.util.stream.Stream;

/** What the metadata actor must know of a command to pack it. */
final class CommandTraits {

    /** Operation id, numbers, names of states, settings: everything that has no length of its own. */
    private static final long BASE_BYTES = 256;

    private static final long CHUNK_BYTES = 32;
    private static final long NODE_BYTES = 5;
    private static final long ROW_BYTES = 64;
    private static final long TEXT_BYTES = 6;
    /** A number and a version, as varints. */
    private static final long PART_BYTES = 16;

    private CommandTraits() {}

    /**
     * Whether the command goes under an operation id of the live session. The others come before there is a session, or
     * end another's, and are safe to apply twice.
     */
    static boolean needsSession(Command<?> command) {
        return !(command instanceof Command.InitCluster
                || command instanceof Command.AddNode
                || command instanceof Command.UpdateNode
                || command instanceof Command.OpenSession
                || command instanceof Command.ExpireSession
                || command instanceof Command.FreeBlob
                || command instanceof Command.FreeOrphans
                || command instanceof Command.AdoptCopies
                || command instanceof Command.ExpireUploads);
    }

    /** Whether it keeps this process's session going; a full queue does not keep it out. */
    static boolean keepsSession(Command<?> command) {
        return command instanceof Command.OpenSession
                || command instanceof Command.RenewSession
                || command instanceof Command.CloseSession;
    }

    /**
     * Whether it brings rows that stay until someone deletes them. What ends or moves something does not, nor does what the
     * cluster does by itself: that may go on when the disk is nearly full, and makes room.
     */
    static boolean grows(Command<?> command) {
        return command instanceof Command.PutObject
                || command instanceof Command.CopyObject
                || command instanceof Command.CreateUpload
                || command instanceof Command.PutPart
                || command instanceof Command.CopyPart
                || command instanceof Command.CreateBucket
                || command instanceof Command.CreateUser
                || command instanceof Command.AddUserKey;
    }

    /**
     * At least the bytes it takes in an entry. Never less: an entry that the log refuses for its size would be proposed
     * again for ever.
     */
    static long maxBytes(Command<?> command) {
        if (command instanceof Command.PutObject put) {
            return BASE_BYTES
                    + put.key().bytes().length
                    + text(put.etag())
                    + maxBytes(put.attributes())
                    + maxBytes(put.extras())
                    + maxBytes(put.condition())
                    + maxBytes(put.content());
        } else if (command instanceof Command.DeleteObject delete) {
            return BASE_BYTES + delete.key().bytes().length + maxBytes(delete.condition());
        } else if (command instanceof Command.CopyObject copy) {
            return BASE_BYTES
                    + copy.source().key().bytes().length
                    + copy.key().bytes().length
                    + copy.attributes().map(CommandTraits::maxBytes).orElse(0L)
                    + maxBytes(
                            new ObjectExtras(copy.tags().orElse(Map.of()), copy.checksum(), copy.owner(), copy.acl()))
                    + maxBytes(copy.condition());
        } else if (command instanceof Command.AmendVersion amend) {
            return BASE_BYTES
                    + amend.key().bytes().length
                    + maxBytes(amend.tags().orElse(Map.of()))
                    + amend.acl().map(CommandTraits::text).orElse(0L);
        } else if (command instanceof Command.CreateUpload create) {
            return BASE_BYTES + create.key().bytes().length + maxBytes(create.attributes()) + maxBytes(create.extras());
        } else if (command instanceof Command.PutPart put) {
            return BASE_BYTES
                    + put.upload().key().bytes().length
                    + text(put.etag())
                    + put.checksum().map(CommandTraits::maxBytes).orElse(0L)
                    + maxBytes(put.content());
        } else if (command instanceof Command.CopyPart copy) {
            return BASE_BYTES
                    + copy.upload().key().bytes().length
                    + copy.source().key().bytes().length
                    + copy.etag().map(CommandTraits::text).orElse(0L)
                    + copy.checksum().map(CommandTraits::maxBytes).orElse(0L);
        } else if (command instanceof Command.CompleteUpload complete) {
            return BASE_BYTES
                    + complete.upload().key().bytes().length
                    + PART_BYTES * complete.parts().size()
                    + text(complete.etag())
                    + complete.checksum().map(CommandTraits::maxBytes).orElse(0L)
                    + maxBytes(complete.condition());
        } else if (command instanceof Command.AbortUpload abort) {
            return BASE_BYTES + abort.upload().key().bytes().length;
        } else if (command instanceof Command.ExpireUploads expire) {
            return BASE_BYTES + PART_BYTES * expire.uploads().size();
        } else if (command instanceof Command.CreateBucket create) {
            return BASE_BYTES
                    + text(create.owner())
                    + create.documents().values().stream()
                            .mapToLong(document -> ROW_BYTES + document.bytes().length)
                            .sum();
        } else if (command instanceof Command.SetDocument set) {
            return BASE_BYTES
                    + set.document().map(document -> document.bytes().length).orElse(0);
        }
        return maxBytesOfUsers(command);
    }

    private static long maxBytesOfUsers(Command<?> command) {
        if (command instanceof Command.CreateUser create) {
            return BASE_BYTES
                    + text(create.profile().name().value())
                    + create.profile().displayName().map(CommandTraits::text).orElse(0L)
                    + create.profile().email().map(CommandTraits::text).orElse(0L)
                    + create.key().map(CommandTraits::maxBytes).orElse(0L);
        } else if (command instanceof Command.AddUserKey add) {
            return BASE_BYTES + maxBytes(add.key());
        } else if (command instanceof Command.RemoveUserKey remove) {
            return BASE_BYTES + text(remove.accessKey());
        } else if (command instanceof Command.EnableUserKey enable) {
            return BASE_BYTES + text(enable.accessKey());
        } else if (command instanceof Command.SetUserPolicy set) {
            return BASE_BYTES
                    + text(set.name().value())
                    + set.document().map(document -> document.bytes().length).orElse(0);
        }
        return maxBytesOfOthers(command);
    }

    private static long maxBytes(KeyPair pair) {
        return text(pair.accessKey()) + text(pair.secret());
    }

    private static long maxBytesOfOthers(Command<?> command) {
        if (command instanceof Command.RenewSession renewal) {
            return BASE_BYTES
                    + renewal.abandoned().stream()
                            .mapToLong(CommandTraits::maxBytes)
                            .sum();
        } else if (command instanceof Command.FreeOrphans orphans) {
            return BASE_BYTES + ROW_BYTES * orphans.chunks().size();
        } else if (command instanceof Command.AdoptCopies adopt) {
            return BASE_BYTES + ROW_BYTES * adopt.chunks().size();
        } else if (command instanceof Command.SaveCursor save) {
            return BASE_BYTES
                    + text(save.worker())
                    + text(save.cursor().position())
                    + save.cursor().numbers().keySet().stream()
                            .mapToLong(name -> ROW_BYTES + text(name))
                            .sum();
        } else if (command instanceof Command.SetClusterSettings set) {
            return BASE_BYTES + set.strategy().map(CommandTraits::text).orElse(0L);
        } else if (command instanceof Command.AlignChunks align) {
            return BASE_BYTES + ROW_BYTES * align.chunks().size();
        } else if (command instanceof Command.OrderWorker order) {
            return BASE_BYTES + text(order.worker());
        } else if (command instanceof Command.ClearFreed cleared) {
            return BASE_BYTES + ROW_BYTES * cleared.copies().size();
        } else if (command instanceof Command.AddNode add) {
            return BASE_BYTES + text(add.zone()) + text(add.url().toString());
        } else if (command instanceof Command.PlaceNode place) {
            return BASE_BYTES + text(place.zone().orElse(""));
        } else if (command instanceof Command.UpdateNode update) {
            return BASE_BYTES + text(update.url().toString());
        } else if (command instanceof Command.OpenSession open) {
            return BASE_BYTES + open.url().map(url -> text(url.toString())).orElse(0L);
        }
        return BASE_BYTES;
    }

    private static long maxBytes(Command.NewContent content) {
        if (content instanceof Command.NewContent.Inline inline) {
            return inline.bytes().length;
        }
        long sum = BASE_BYTES;
        for (ChunkRecord chunk : ((Command.NewContent.Blob) content).chunks()) {
            sum += CHUNK_BYTES + NODE_BYTES * chunk.nodes().size();
        }
        return sum;
    }

    private static long maxBytes(ObjectAttributes attributes) {
        return attributes.contentType().map(CommandTraits::text).orElse(0L)
                + maxBytes(attributes.headers())
                + maxBytes(attributes.userMetadata());
    }

    static long maxBytes(ObjectExtras extras) {
        return maxBytes(extras.tags())
                + extras.checksum().map(CommandTraits::maxBytes).orElse(0L)
                + extras.owner().map(CommandTraits::text).orElse(0L)
                + extras.acl().map(CommandTraits::text).orElse(0L);
    }

    static long maxBytes(Checksum checksum) {
        return ROW_BYTES + text(checksum.value());
    }

    private static long maxBytes(Map<String, String> headers) {
        return headers.entrySet().stream()
                .mapToLong(header -> TEXT_BYTES + text(header.getKey()) + text(header.getValue()))
                .sum();
    }

    private static long maxBytes(WriteCondition condition) {
        return Stream.concat(condition.ifMatch().stream(), condition.ifNoneMatch().stream())
                .mapToLong(CommandTraits::text)
                .sum();
    }

    /** In UTF-8 a char has up to three bytes. */
    private static long text(String text) {
        return TEXT_BYTES + 3L * text.length();
    }
}
