package flare.metadata;

import flare.config.ObjectSettings;
import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectPart;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The model's multipart uploads, open and finished. */
final class ModelUploads {

    record Part(PartInfo info, ModelBucket.Content content) {}

    static final class Upload {
        final UploadRef ref;
        final UploadInfo info;
        final TreeMap<Integer, Part> parts = new TreeMap<>();

        @Nullable
        ObjectInfo completed;

        Upload(UploadRef ref, UploadInfo info) {
            this.ref = ref;
            this.info = info;
        }
    }

    final TreeMap<UploadId, Upload> all = new TreeMap<>();
    private final ModelState state;

    ModelUploads(ModelState state) {
        this.state = state;
    }

    Upload find(UploadRef ref) {
        Upload upload = all.get(ref.id());
        if (upload == null || !upload.ref.equals(ref)) {
            throw new FlareException(Fault.NO_SUCH_UPLOAD, "upload");
        }
        return upload;
    }

    Upload open(UploadRef ref) {
        Upload upload = find(ref);
        ModelState.require(upload.completed == null, Fault.NO_SUCH_UPLOAD, "finished");
        return upload;
    }

    Object execute(Command<?> command, long version, Instant now) {
        if (command instanceof Command.CreateUpload create) {
            ModelBucket bucket = state.bucket(create.bucket());
            UploadId id = new UploadId(version);
            all.put(
                    id,
                    new Upload(
                            new UploadRef(create.bucket(), create.key(), id),
                            new UploadInfo(
                                    id,
                                    create.key(),
                                    now,
                                    create.attributes(),
                                    create.extras(),
                                    create.algorithm(),
                                    create.checksumType())));
            bucket.uploads++;
            return id;
        } else if (command instanceof Command.PutPart put) {
            state.bucket(put.upload().bucket());
            Upload upload = open(put.upload());
            ModelBucket.Content content = state.content(put.content(), put.size());
            PartInfo info = new PartInfo(put.number(), version, put.size(), put.etag(), now, put.checksum());
            return keep(upload, new Part(info, content));
        } else if (command instanceof Command.CopyPart copy) {
            return copy(copy, version, now);
        } else if (command instanceof Command.CompleteUpload complete) {
            return complete(complete);
        } else if (command instanceof Command.AbortUpload abort) {
            state.bucket(abort.upload().bucket());
            return abort(open(abort.upload()));
        }
        Command.ExpireUploads expire = (Command.ExpireUploads) command;
        state.fence(expire.term());
        for (UploadId id : expire.uploads()) {
            Upload upload = all.get(id);
            // What is finished is younger here than it is kept.
            if (upload != null
                    && upload.completed == null
                    && (upload.info.created().toEpochMilli() < expire.createdBeforeMillis()
                            || !state.buckets.containsKey(upload.ref.bucket().value()))) {
                abort(upload);
            }
        }
        return new Command.Done();
    }

    private PartInfo keep(Upload upload, Part part) {
        Part old = upload.parts.put(part.info().number(), part);
        if (old != null) {
            state.count(old.content(), -1);
        }
        return part.info();
    }

    private PartInfo copy(Command.CopyPart copy, long version, Instant now) {
        state.bucket(copy.upload().bucket());
        Upload upload = open(copy.upload());
        ModelBucket.Version source = state.source(copy.source());
        ModelState.require(copy.range().end() <= source.info().size(), Fault.RANGE_NOT_SATISFIABLE, "range");
        boolean whole = copy.range().length() == source.info().size();
        String etag = copy.etag()
                .orElse(
                        whole && !source.info().etag().contains("-")
                                ? source.info().etag()
                                : String.format("%032x-1", version));
        ModelBucket.Content cut = cut(source.content(), copy.range());
        state.count(cut, 1);
        PartInfo info = new PartInfo(copy.number(), version, copy.range().length(), etag, now, copy.checksum());
        return keep(upload, new Part(info, cut));
    }

    private static ModelBucket.Content cut(ModelBucket.Content content, ByteRange range) {
        byte[] inline = content.inline();
        if (inline != null) {
            byte[] some = Arrays.copyOfRange(inline, (int) range.offset(), (int) range.end());
            return new ModelBucket.Content(some, List.of(), List.of());
        }
        List<Query.Extent> cut = new ArrayList<>();
        long start = 0;
        for (Query.Extent extent : content.extents()) {
            long from = Math.max(range.offset(), start);
            long until = Math.min(range.end(), start + extent.length());
            if (from < until && extent instanceof Query.Slice slice) {
                cut.add(new Query.Slice(slice.blob(), slice.offset() + from - start, until - from));
            } else if (from < until && extent instanceof Query.Run run) {
                cut.add(new Query.Run(Arrays.copyOfRange(run.bytes(), (int) (from - start), (int) (until - start))));
            }
            start += extent.length();
        }
        return new ModelBucket.Content(null, cut, List.of());
    }

    private ObjectInfo complete(Command.CompleteUpload complete) {
        Upload upload = find(complete.upload());
        if (upload.completed != null) {
            return upload.completed;
        }
        ModelBucket bucket = state.bucket(complete.upload().bucket());
        ModelState.holds(complete.condition(), bucket.current(complete.upload().key()));
        List<Part> used = new ArrayList<>();
        for (Command.PartRef ref : complete.parts()) {
            Part part = upload.parts.get(ref.number());
            if (part == null || part.info().version() != ref.version()) {
                throw new FlareException(Fault.INVALID_PART, "part");
            }
            used.add(part);
        }
        upload.parts.values().stream()
                .filter(part -> !used.contains(part))
                .forEach(part -> state.count(part.content(), -1));
        upload.parts.clear();
        bucket.uploads--;
        ObjectInfo made = state.addCompleted(bucket, upload.info, complete, used.size(), join(used));
        upload.completed = made;
        return made;
    }

    private static ModelBucket.Content join(List<Part> parts) {
        List<Query.Extent> extents = new ArrayList<>();
        List<ObjectPart> sizes = new ArrayList<>();
        ByteArrayOutputStream here = new ByteArrayOutputStream();
        long offset = 0;
        for (Part part : parts) {
            byte[] inline = part.content().inline();
            if (inline == null) {
                extents.addAll(part.content().extents());
            } else if (inline.length > 0) {
                extents.add(new Query.Run(inline));
                here.writeBytes(inline);
            }
            sizes.add(new ObjectPart(
                    part.info().number(),
                    offset,
                    part.info().size(),
                    part.info().checksum()));
            offset += part.info().size();
        }
        boolean allHere = parts.stream().allMatch(part -> part.content().inline() != null);
        return allHere && here.size() <= ObjectSettings.MAX_INLINE.bytes()
                ? new ModelBucket.Content(here.toByteArray(), List.of(), sizes)
                : new ModelBucket.Content(null, extents, sizes);
    }

    private Command.Done abort(Upload upload) {
        upload.parts.values().forEach(part -> state.count(part.content(), -1));
        ModelBucket bucket = state.buckets.get(upload.ref.bucket().value());
        if (bucket != null) {
            bucket.uploads--;
        }
        all.remove(upload.ref.id());
        return new Command.Done();
    }
}
