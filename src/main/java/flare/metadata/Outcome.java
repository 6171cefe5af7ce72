package flare.metadata;

import flare.model.Fault;

/** What apply answers to one command. */
sealed interface Outcome {

    /** @param value the command's result */
    record Accepted(Object value) implements Outcome {}

    record Refused(Fault fault, String message) implements Outcome {}
}
