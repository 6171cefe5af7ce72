package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;

/** Page sizes as clients ask for them: {@code max-keys} and its likes. */
final class Counts {

    private Counts() {}

    /** The number to go on behind; 0, the beginning, for none. Throws {@link FlareException} with INVALID_ARGUMENT. */
    static int marker(String name, Optional<String> asked, int max) {
        return parse(name, asked.filter(text -> !text.isEmpty()).or(() -> Optional.of("0")), max);
    }

    /** At most {@code max}, which is also the default. Throws {@link FlareException} with INVALID_ARGUMENT. */
    static int parse(String name, Optional<String> asked, int max) {
        String text = asked.orElse("");
        if (text.isEmpty()) {
            return max;
        }
        if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, name + " = " + text + " is not a whole number of 0 or more");
        }
        try {
            return Math.min(Integer.parseInt(text), max);
        } catch (NumberFormatException e) {
            return max;
        }
    }
}
