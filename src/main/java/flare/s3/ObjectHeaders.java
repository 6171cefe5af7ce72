package flare.s3;

import flare.http.Headers;
import flare.http.HttpDate;
import flare.model.ByteSize;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.VersionId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** Between an object's attributes and the header fields (or form fields) that carry them. */
final class ObjectHeaders {

    static final String META_PREFIX = "x-amz-meta-";

    /** How many entries can't be said in headers, as S3 has it. */
    private static final String MISSING_META = "x-amz-missing-meta";

    /** RFC 9110 section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");

    private static final int MD5_BYTES = 16;
    private static final List<String> STORED =
            List.of("cache-control", "content-disposition", "content-encoding", "content-language", "expires");
    /** What may be said in several lines, which are one (RFC 9110 section 5.3). */
    private static final Set<String> LISTS = Set.of("cache-control", "content-encoding", "content-language");

    private ObjectHeaders() {}

    /**
     * Throws {@link FlareException} with METADATA_TOO_LARGE, and INVALID_ARGUMENT for names and values that no header may
     * have: a form's field and a parameter of a query can be called anything.
     */
    static ObjectAttributes attributes(Headers fields, Optional<String> contentType, ByteSize maxUserMetadata) {
        Map<String, String> stored = new HashMap<>();
        for (String name : STORED) {
            Optional<String> value = LISTS.contains(name) ? fields.joined(name) : fields.first(name);
            value.ifPresent(said -> stored.put(name, checked(name, said)));
        }
        stored.computeIfPresent("content-encoding", (name, value) -> withoutFraming(value));
        Map<String, String> metadata = new HashMap<>();
        long bytes = 0;
        for (String name : fields.names()) {
            if (name.startsWith(META_PREFIX)) {
                requireToken(name);
                String value = checked(name, fields.joined(name).orElseThrow());
                metadata.put(name.substring(META_PREFIX.length()), value);
                bytes += utf8Length(name.substring(META_PREFIX.length())) + utf8Length(value);
            }
        }
        if (bytes > maxUserMetadata.bytes()) {
            throw new FlareException(
                    Fault.METADATA_TOO_LARGE,
                    "the user metadata has " + bytes + " bytes, at most " + maxUserMetadata + " are allowed");
        }
        contentType.ifPresent(value -> checked("content-type", value));
        return new ObjectAttributes(contentType, stored, metadata);
    }

    /** Throws {@link FlareException} with INVALID_DIGEST unless it is the base64 of 16 bytes. */
    static Optional<byte[]> contentMd5(Headers headers) {
        Optional<String> value = headers.first("content-md5");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        byte[] digest = base64(value.get());
        if (digest.length != MD5_BYTES) {
            throw new FlareException(Fault.INVALID_DIGEST, "Content-MD5 is not the base64 of 16 bytes");
        }
        return Optional.of(digest);
    }

    /** Empty for what is no base64. */
    static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** All that a GET or HEAD says of an object beside its length. */
    static List<HttpHeader> of(ObjectInfo info) {
        List<HttpHeader> headers = validators(info);
        headers.add(RawHeader.create("Accept-Ranges", "bytes"));
        headers.addAll(version(info));
        if (!info.extras().tags().isEmpty()) {
            headers.add(RawHeader.create(
                    "x-amz-tagging-count", Integer.toString(info.extras().tags().size())));
        }
        headers.addAll(metadata(info.attributes().userMetadata()));
        return headers;
    }

    /** What was stored before its name was looked at is counted, not said: it could end the header it stands in. */
    private static List<HttpHeader> metadata(Map<String, String> entries) {
        List<HttpHeader> headers = new ArrayList<>();
        entries.forEach((name, value) -> {
            if (isToken(META_PREFIX + name) && !holdsControls(value)) {
                headers.add(header(META_PREFIX + name, value));
            }
        });
        int missing = entries.size() - headers.size();
        if (missing > 0) {
            headers.add(RawHeader.create(MISSING_META, Integer.toString(missing)));
        }
        return headers;
    }

    /** The version's id, where it has one. */
    static List<HttpHeader> version(ObjectInfo info) {
        return version(Optional.of(info.versionId()).filter(id -> !id.isNull()));
    }

    static List<HttpHeader> version(Optional<VersionId> id) {
        return id.<List<HttpHeader>>map(known -> List.of(RawHeader.create("x-amz-version-id", known.toString())))
                .orElse(List.of());
    }

    /** What a 304 repeats (RFC 9110 section 15.4.5) and so a 200 has, too. */
    static List<HttpHeader> validators(ObjectInfo info) {
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(etag(info.etag()));
        headers.add(RawHeader.create("Last-Modified", HttpDate.format(info.lastModified())));
        info.attributes().headers().forEach((name, value) -> headers.add(header(name, value)));
        return headers;
    }

    static HttpHeader etag(String etag) {
        return RawHeader.create("ETag", '"' + etag + '"');
    }

    /** Pekko renders each char as one byte: UTF-8 bytes in the guise of Latin-1 leave as they came. */
    static String asLatin1(String value) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static HttpHeader header(String name, String value) {
        return RawHeader.create(name, asLatin1(value));
    }

    /** Null for none: aws-chunked is how the body came, not what the object is. */
    private static @Nullable String withoutFraming(String encodings) {
        String left = Stream.of(encodings.split(",", -1))
                .map(String::strip)
                .filter(encoding -> !encoding.equalsIgnoreCase("aws-chunked"))
                .collect(Collectors.joining(", "));
        return left.isEmpty() ? null : left;
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT for a value that no header may hold. */
    static String checked(String name, String value) {
        if (holdsControls(value)) {
            throw new FlareException(Fault.INVALID_ARGUMENT, name + " holds a control character");
        }
        return value;
    }

    private static boolean holdsControls(String value) {
        return value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F);
    }

    private static void requireToken(String name) {
        if (!isToken(name)) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "'" + name + "' is no name of a header: letters, digits and !#$%&'*+-.^_`|~ may stand in one");
        }
    }

    private static boolean isToken(String name) {
        return TOKEN.matcher(name).matches();
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
