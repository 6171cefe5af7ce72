package flare.admin;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.object.ObjectLocator.Question;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.Query;

/** {@code GET /admin/objects/locate?bucket&key[&version][&from][&limit][&verify]}. */
final class LocateRoute {

    static final String PATH = "/admin/objects/locate";

    private static final int USUAL_LIMIT = 256;
    private static final Set<String> PARAMETERS = Set.of("bucket", "key", "version", "from", "limit", "verify");

    private LocateRoute() {}

    /** Empty where the path is another; the question may refuse what it was asked with. */
    static Optional<Supplier<Question>> question(String path, Query query) {
        return path.equals(PATH) ? Optional.of(() -> parse(query.toMap())) : Optional.empty();
    }

    static Question parse(Map<String, String> parameters) {
        parameters.keySet().stream()
                .filter(name -> !PARAMETERS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw refusal("there is no parameter '" + name + "' here");
                });
        return new Question(
                new BucketName(needed(parameters, "bucket")),
                ObjectKey.of(needed(parameters, "key")),
                Optional.ofNullable(parameters.get("version")).map(VersionId::parse),
                number(parameters, "from", 0),
                (int) Math.min(Integer.MAX_VALUE, number(parameters, "limit", USUAL_LIMIT)),
                truth(parameters.getOrDefault("verify", "false")));
    }

    private static String needed(Map<String, String> parameters, String name) {
        return Optional.ofNullable(parameters.get(name))
                .orElseThrow(() -> refusal("the parameter '" + name + "' is needed"));
    }

    private static long number(Map<String, String> parameters, String name, long usual) {
        String text = parameters.getOrDefault(name, Long.toString(usual));
        if (!text.matches("[0-9]{1,18}")) {
            throw refusal(name + " = " + text + " is not allowed: a number is");
        }
        return Long.parseLong(text);
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw refusal("verify = " + text + " is not allowed: true or false is");
        };
    }

    private static FlareException refusal(String sentence) {
        return new FlareException(Fault.INVALID_ARGUMENT, sentence);
    }
}
