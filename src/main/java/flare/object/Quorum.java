package flare.object;

/** How many copies make a write durable. */
final class Quorum {

    private Quorum() {}

    /**
     * A majority of the wanted copies, so two of two and two of three; the setting can only raise it.
     *
     * @param atLeast the setting {@code write-quorum}, 0 for none
     */
    static int of(int wantedCopies, int atLeast) {
        return Math.max(wantedCopies / 2 + 1, Math.min(atLeast, wantedCopies));
    }
}
