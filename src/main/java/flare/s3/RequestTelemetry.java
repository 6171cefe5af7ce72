package flare.s3;

import flare.telemetry.FinishedRequest;
import flare.telemetry.RequestIds;
import java.time.Clock;
import java.util.function.Consumer;

/**
 * Where requests get their ids and leave their traces.
 *
 * @param finished told of each request once its answer has ended
 */
public record RequestTelemetry(RequestIds ids, Clock clock, Consumer<FinishedRequest> finished) {}
