package flare.access;

/** What policies say to a question. Ordered: the stronger word comes later. */
enum Effect {
    NOTHING,
    ALLOW,
    DENY;

    Effect and(Effect other) {
        return compareTo(other) < 0 ? other : this;
    }
}
