package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multipart/form-data} upload: fields, then one part named {@code file} whose bytes stream through. What follows
 * the file is read and ignored, as S3 does, but for a key, which would have named the object; and {@link #file} ends only
 * with the whole form: a form cut short stores nothing.
 *
 * @param fields by lower-case name
 */
record FormUpload(
        Map<String, String> fields, String filename, Optional<String> contentType, Source<ByteString, ?> file) {

    private static final String FILE = "file";
    private static final String KEY = "key";
    private static final int MAX_FIELDS = 100;
    /** <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html">POST Object</a> allows 20 KB. */
    private static final int MAX_FIELD_BYTES = 20 * 1024;

    /** What a form consists of, in the order received; then, fields collected, what its consumer sees. */
    private sealed interface Piece {
        record Field(String name, String value) implements Piece {}

        record FileBegins(String filename, Optional<String> contentType, Map<String, String> fields) implements Piece {}

        record FileBytes(ByteString bytes) implements Piece {}
    }

    FormUpload {
        fields = Map.copyOf(fields);
    }

    /** Fails with {@link FlareException} MALFORMED_FORM, at once or, in {@link #file}, when the form goes on badly. */
    static CompletionStage<FormUpload> parse(ContentType type, Source<ByteString, ?> body, Materializer materializer) {
        if (!type.mediaType().isMultipart() || !type.mediaType().subType().equals("form-data")) {
            throw malformed("a POST to a bucket is a multipart/form-data form", null);
        }
        return Unmarshaller.entityToMultipartFormData()
                .unmarshal(HttpEntities.createChunked(type, body), materializer)
                .thenCompose(form -> opened(form).runWith(Sink.head(), materializer));
    }

    private static Source<FormUpload, ?> opened(Multipart.FormData form) {
        return form.getParts()
                .flatMapConcat(FormUpload::pieces)
                .statefulMapConcat(() -> new Fields()::collect)
                .prefixAndTail(1)
                .map(split -> of(split.first(), split.second()))
                .mapError(RuntimeException.class, FormUpload::asRefusal);
    }

    private static FormUpload of(List<Piece> prefix, Source<Piece, NotUsed> rest) {
        if (prefix.isEmpty() || !(prefix.get(0) instanceof Piece.FileBegins file)) {
            throw malformed("the form has no part named '" + FILE + "'", null);
        }
        Source<ByteString, ?> bytes =
                rest.map(FormUpload::bytesOf).mapError(RuntimeException.class, FormUpload::asRefusal);
        return new FormUpload(file.fields(), file.filename(), file.contentType(), bytes);
    }

    private static ByteString bytesOf(Piece piece) {
        if (piece instanceof Piece.FileBytes file) {
            return file.bytes();
        }
        throw malformed("the form has more than one part named '" + FILE + "'", null);
    }

    private static Source<Piece, ?> pieces(Multipart.FormData.BodyPart part) {
        Source<ByteString, ?> bytes = part.getEntity().withoutSizeLimit().getDataBytes();
        if (!part.getName().equals(FILE)) {
            return bytes.limitWeighted(MAX_FIELD_BYTES, chunk -> (long) chunk.size())
                    .fold(ByteString.emptyByteString(), ByteString::concat)
                    .map(value -> new Piece.Field(part.getName().toLowerCase(Locale.ROOT), value.utf8String()));
        }
        Optional<String> type =
                Optional.of(part.getEntity().getContentType().toString()).filter(text -> !text.equals("none/none"));
        Piece begin = new Piece.FileBegins(part.getFilename().orElse(""), type, Map.of());
        return Source.single(begin).concat(bytes.map(Piece.FileBytes::new));
    }

    /** Gathers the fields before the file into its beginning; drops those behind it. */
    private static final class Fields {
        private final Map<String, String> values = new HashMap<>();
        private int bytes;
        private boolean fileBegun;

        Iterable<Piece> collect(Piece piece) {
            if (piece instanceof Piece.FileBegins file) {
                fileBegun = true;
                return List.of(new Piece.FileBegins(file.filename(), file.contentType(), Map.copyOf(values)));
            }
            if (!(piece instanceof Piece.Field field)) {
                return List.of(piece);
            }
            if (fileBegun && field.name().equals(KEY) && !values.containsKey(KEY)) {
                throw malformed("the field '" + KEY + "' must stand before '" + FILE + "'", null);
            }
            bytes += field.name().length() + field.value().length();
            values.put(field.name(), field.value());
            if (bytes > MAX_FIELD_BYTES || values.size() > MAX_FIELDS) {
                throw malformed(
                        "the form's fields are longer than " + MAX_FIELD_BYTES + " bytes or more than " + MAX_FIELDS,
                        null);
            }
            return List.of();
        }
    }

    private static Throwable asRefusal(RuntimeException cause) {
        return cause instanceof FlareException
                ? cause
                : malformed("the form is malformed: " + cause.getMessage(), cause);
    }

    private static FlareException malformed(String message, @Nullable Throwable cause) {
        return new FlareException(Fault.MALFORMED_FORM, message, cause);
    }
}
