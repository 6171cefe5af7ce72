package flare.metadata;

/**
 * A command on its way through the log. The operation id (session, sequence) makes a second apply answer the first
 * one's result; results below {@code lowestUnanswered} are forgotten (I4).
 *
 * @param session 0 for what needs no session: InitCluster, AddNode, UpdateNode, OpenSession, and the coordinator's own
 *     commands, which are safe to apply twice
 */
record Envelope(long session, long sequence, long lowestUnanswered, Command<?> command) {}
