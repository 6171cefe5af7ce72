package flare.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.config.LogSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * One line a request, as text or JSON, to the logger {@value #LOGGER}. Values of query parameters that authenticate are
 * left out, and what could end or forge a line is escaped.
 */
public final class AccessLog implements Consumer<FinishedRequest> {

    static final String LOGGER = "flare.access";

    /** Of query parameters whose values let in whoever has them; in lower case. */
    private static final Set<String> SECRETS =
            Set.of("x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature", "awsaccesskeyid");

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\"\\\\]");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LogSettings.Format format;
    private final Consumer<String> lines;

    /** Writes to the logger. */
    public AccessLog(LogSettings.Format format) {
        this(format, LoggerFactory.getLogger(LOGGER)::info);
    }

    AccessLog(LogSettings.Format format, Consumer<String> lines) {
        this.format = format;
        this.lines = lines;
    }

    @Override
    public void accept(FinishedRequest request) {
        lines.accept(format == LogSettings.Format.JSON ? json(request) : text(request));
    }

    private static String text(FinishedRequest request) {
        return request.time() + " " + request.remote() + " " + request.id() + " " + request.operation() + " \""
                + request.method() + " " + printable(target(request)) + "\" " + request.status() + " in="
                + request.bytesIn() + " out=" + request.bytesOut() + " ms="
                + request.duration().toMillis();
    }

    private static String json(FinishedRequest request) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("log", "access");
        fields.put("time", request.time().toString());
        fields.put("remote", request.remote());
        fields.put("request", request.id());
        fields.put("operation", request.operation());
        fields.put("method", request.method());
        fields.put("target", target(request));
        fields.put("status", request.status());
        fields.put("bytesIn", request.bytesIn());
        fields.put("bytesOut", request.bytesOut());
        fields.put("millis", request.duration().toMillis());
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers always have a JSON form", e);
        }
    }

    private static String target(FinishedRequest request) {
        String target = request.target();
        int mark = target.indexOf('?');
        if (mark < 0) {
            return target;
        }
        StringJoiner query = new StringJoiner("&", target.substring(0, mark + 1), "");
        for (String parameter : target.substring(mark + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            boolean secret = equals >= 0 && isSecret(parameter.substring(0, equals));
            query.add(secret ? parameter.substring(0, equals) + "=-" : parameter);
        }
        return query.toString();
    }

    /** A name that is percent-encoded without need is the same name to whoever checks the signature. */
    private static boolean isSecret(String rawName) {
        try {
            return SECRETS.contains(
                    URLDecoder.decode(rawName, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException noEncoding) {
            return false;
        }
    }

    private static String printable(String text) {
        return UNPRINTABLE
                .matcher(text)
                .replaceAll(found -> String.format("%%%02X", (int) found.group().charAt(0)));
    }
}
