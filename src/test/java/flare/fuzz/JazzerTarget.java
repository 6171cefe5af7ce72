package flare.fuzz;

/** What Jazzer calls, by the name that it looks for; the system property {@code flare.fuzz.target} says which parser. */
public final class JazzerTarget {

    private static final Target TARGET = Fuzz.target(System.getProperty("flare.fuzz.target", ""));

    private JazzerTarget() {}

    /** Before the clock of the first input runs: what is read once costs most. */
    public static void fuzzerInitialize() {
        Corpus.of(TARGET).forEach(input -> Fuzz.one(TARGET, input, Long.MAX_VALUE));
    }

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzz.one(TARGET, input);
    }
}
