package flare.data;

import flare.chunk.BlockCrcs;
import flare.config.DataSettings;
import flare.data.DataNodeException.Kind;
import flare.http.NodeToken;
import flare.model.ByteRange;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.reactivestreams.Publisher;

/**
 * A data node in another process. Every failure it hands on is a {@link DataNodeException}; of whatever it can't tell the
 * outcome, the kind is UNREACHABLE. A PUT or a pull is never sent twice; the other calls are, once, where the connection
 * turned out to be stale or the node to have been started again with another clock.
 */
final class HttpDataNode implements DataNode {

    /** Answers that are read whole: an inventory page and room to spare. */
    private static final long MAX_JSON_BYTES = 1 << 20;
    /** A node answers a pull after two transfers and an fsync; each may stall by itself. */
    private static final int PULL_STALLS = 4;
    /** The parser at the other end holds a piece of a chunked body whole, and refuses one above 1 MiB. */
    private static final int MAX_PIECE_BYTES = 512 * 1024;

    private final ActorSystem system;
    private final UUID uuid;
    private final URI url;
    private final NodeCredentials credentials;
    private final NodeConnections connections;
    private final NodeClock clock;
    private final Duration stall;

    HttpDataNode(
            ActorSystem system,
            UUID uuid,
            URI url,
            NodeCredentials credentials,
            NodeConnections connections,
            DataSettings settings) {
        this.system = system;
        this.uuid = uuid;
        this.url = url;
        this.credentials = credentials;
        this.connections = connections;
        this.clock = new NodeClock(credentials.clock());
        this.stall = settings.stallTimeout();
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
        return Flow.of(ByteString.class)
                .backpressureTimeout(stall)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), Keep.both())
                .mapMaterializedValue(
                        running -> send(new NodeCall.Put(chunk), length, running.second(), running.first()));
    }

    /** As soon as the answer is no, nothing more is sent, and the sink's upstream is told. */
    private CompletionStage<CopyReceipt> send(
            NodeCall.Put call, long length, Publisher<ByteString> bytes, UniqueKillSwitch stop) {
        Source<ByteString, NotUsed> source = Source.fromPublisher(bytes);
        RequestEntity entity = length >= 0
                ? HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, length, source)
                : HttpEntities.createChunked(
                        ContentTypes.APPLICATION_OCTET_STREAM, source.mapConcat(HttpDataNode::pieces));
        return described(
                call,
                once(call, request(call).withEntity(entity), stall)
                        .thenApply(this::receipt)
                        .whenComplete((receipt, failure) -> {
                            if (failure != null) {
                                stop.abort(failure);
                            }
                        }));
    }

    private static Iterable<ByteString> pieces(ByteString bytes) {
        if (bytes.size() <= MAX_PIECE_BYTES) {
            return List.of(bytes);
        }
        List<ByteString> pieces = new java.util.ArrayList<>();
        for (int from = 0; from < bytes.size(); from += MAX_PIECE_BYTES) {
            pieces.add(bytes.slice(from, Math.min(bytes.size(), from + MAX_PIECE_BYTES)));
        }
        return pieces;
    }

    @Override
    public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
        NodeCall.Get call = new NodeCall.Get(chunk, firstBlock, blocks);
        long from = (long) firstBlock * BlockCrcs.BLOCK_BYTES;
        long to = from + (long) blocks * BlockCrcs.BLOCK_BYTES;
        HttpRequest request = request(call).addHeader(RawHeader.create("Range", "bytes=" + from + "-" + (to - 1)));
        return described(call, answer(call, request, stall).thenApply(response -> content(response, from, to)));
    }

    private CopyContent content(HttpResponse response, long from, long to) {
        try {
            long chunkLength = Long.parseLong(NodeWire.header(response, NodeWire.CHUNK_LENGTH));
            BlockCrcs crcs = BlockCrcs.fromBase64(NodeWire.header(response, NodeWire.BLOCK_CRCS));
            ByteRange asked = new ByteRange(from, Math.min(chunkLength, to) - from);
            String range = "bytes " + from + "-" + (asked.end() - 1) + "/" + chunkLength;
            if (crcs.size() != BlockCrcs.blocks(chunkLength)
                    || !NodeWire.header(response, "Content-Range").equals(range)
                    || response.entity().getContentLengthOption().orElse(-1) != asked.length()) {
                throw new IllegalArgumentException("asked for " + range + ", answered "
                        + NodeWire.header(response, "Content-Range") + " with "
                        + response.entity().getContentLengthOption() + " bytes and " + crcs.size() + " checksums");
            }
            Source<ByteString, NotUsed> bytes = response.entity()
                    .getDataBytes()
                    .mapMaterializedValue(ignored -> NotUsed.getInstance())
                    .mapError(Throwable.class, this::unreachable);
            return new CopyContent(chunkLength, crcs, bytes);
        } catch (IllegalArgumentException e) {
            response.entity().getDataBytes().runWith(Sink.cancelled(), system);
            throw e;
        }
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        NodeCall call = new NodeCall.Verify(chunk);
        return described(call, answer(call, request(call), stall).thenApply(this::receipt));
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        NodeCall call = new NodeCall.Delete(chunk, freedIndex);
        return described(call, answer(call, request(call), stall).handle((response, failure) -> {
            if (failure != null) {
                if (root(failure) instanceof Refused refused && refused.error == NodeError.STALE_GENERATION) {
                    return false;
                }
                throw new CompletionException(root(failure));
            }
            response.discardEntityBytes(system);
            return true;
        }));
    }

    @Override
    public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
        NodeCall call = new NodeCall.Pull(chunk, order);
        return described(
                call, once(call, request(call), stall.multipliedBy(PULL_STALLS)).thenApply(this::receipt));
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        NodeCall call = new NodeCall.Inventory(after, limit);
        return described(
                call, answer(call, request(call), stall).thenCompose(this::text).thenApply(NodeWire::inventory));
    }

    @Override
    public CompletionStage<Done> emptyTrash() {
        NodeCall call = new NodeCall.EmptyTrash();
        return described(call, answer(call, request(call), stall).thenApply(response -> {
            response.discardEntityBytes(system);
            return Done.getInstance();
        }));
    }

    @Override
    public CompletionStage<SyncTimes> measureSyncs() {
        NodeCall call = new NodeCall.MeasureSyncs();
        return described(
                call, answer(call, request(call), stall).thenCompose(this::text).thenApply(NodeWire::syncs));
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return ownAnswer().thenApply(HealthAnswer::health);
    }

    private CompletionStage<HealthAnswer> ownAnswer() {
        return described(new NodeCall.Health(), healthAnswer().thenApply(answer -> {
            if (!answer.health.uuid().equals(uuid)) {
                throw new DataNodeException(
                        Kind.REFUSED, "expected data node " + uuid + " at " + url + ", found " + answer.health.uuid());
            }
            return answer;
        }));
    }

    /** What answers at the URL, whichever node it is. */
    CompletionStage<NodeHealth> observedHealth() {
        return healthAnswer().thenApply(HealthAnswer::health);
    }

    /** @param offsetMillis the node's steady clock minus ours */
    private record HealthAnswer(NodeHealth health, long offsetMillis) {}

    private CompletionStage<HealthAnswer> healthAnswer() {
        NodeCall call = new NodeCall.Health();
        return again(() -> {
            NodeClock.Reading reading = clock.begin();
            return connections
                    .call(request(call), stall)
                    .thenCompose(this::accepted)
                    .thenCompose(response -> text(response).thenApply(body -> {
                        NodeHealth health = NodeWire.health(body);
                        long nodeMillis = NodeWire.tokenClock(response).orElse(health.clockMillis());
                        return new HealthAnswer(health, reading.end(nodeMillis));
                    }));
        });
    }

    private static HttpRequest request(NodeCall call) {
        return HttpRequest.create(call.target())
                .withMethod(HttpMethods.lookup(call.method()).orElseThrow());
    }

    /** For calls that may be sent again. */
    private CompletionStage<HttpResponse> answer(NodeCall call, HttpRequest request, Duration within) {
        return again(() -> once(call, request, within));
    }

    private CompletionStage<HttpResponse> once(NodeCall call, HttpRequest request, Duration within) {
        return clock.offsetMillis(() -> ownAnswer().thenApply(HealthAnswer::offsetMillis))
                .thenCompose(offset -> connections.call(
                        request.addHeader(RawHeader.create(
                                NodeToken.HEADER,
                                credentials.token(new NodeToken.Call(call.method(), call.target(), uuid), offset))),
                        within))
                .thenCompose(this::accepted);
    }

    private static <T> CompletionStage<T> again(java.util.function.Supplier<CompletionStage<T>> attempt) {
        return attempt.get().exceptionallyCompose(failure -> {
            boolean stale = root(failure) instanceof NodeConnection.ClosedUnanswered closed && closed.reused();
            boolean clockMoved = root(failure) instanceof Refused refused && refused.error == NodeError.TOKEN_REFUSED;
            return stale || clockMoved ? attempt.get() : CompletableFuture.failedFuture(root(failure));
        });
    }

    /** The node's no, before its message is put together for the caller. */
    private static final class Refused extends RuntimeException {

        private final NodeError error;

        Refused(NodeError error, String message) {
            super(message);
            this.error = error;
        }
    }

    private CompletionStage<HttpResponse> accepted(HttpResponse response) {
        if (response.status().isSuccess()) {
            return CompletableFuture.completedFuture(response);
        }
        NodeError error = response.getHeader(NodeWire.ERROR)
                .flatMap(header -> NodeError.named(header.value()))
                .orElse(NodeError.INTERNAL);
        if (error == NodeError.TOKEN_REFUSED) {
            clock.forget();
        }
        return text(response).handle((body, failure) -> {
            String said = failure == null ? NodeWire.errorMessage(body) : "no message";
            throw new Refused(error, response.status().intValue() + " " + error + ": " + said);
        });
    }

    private CompletionStage<String> text(HttpResponse response) {
        return response.entity()
                .withSizeLimit(MAX_JSON_BYTES)
                .getDataBytes()
                .runFold(ByteString.emptyByteString(), ByteString::concat, system)
                .thenApply(ByteString::utf8String);
    }

    private CopyReceipt receipt(HttpResponse response) {
        response.discardEntityBytes(system);
        return NodeWire.receipt(response);
    }

    /** Gives every failure its kind, and a message that names call and node. */
    private <T> CompletionStage<T> described(NodeCall call, CompletionStage<T> stage) {
        return stage.exceptionallyCompose(failure -> {
            Throwable cause = root(failure);
            if (cause instanceof DataNodeException) {
                return CompletableFuture.failedFuture(cause);
            }
            Kind kind = cause instanceof Refused refused ? refused.error.kind() : Kind.UNREACHABLE;
            return CompletableFuture.failedFuture(new DataNodeException(
                    kind, call.method() + " " + call.target() + " on " + this + ": " + said(cause), cause));
        });
    }

    private DataNodeException unreachable(Throwable cause) {
        return cause instanceof DataNodeException known
                ? known
                : new DataNodeException(Kind.UNREACHABLE, "reading from " + this + ": " + said(cause), cause);
    }

    private static String said(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public String toString() {
        return "data node " + uuid + " at " + url;
    }
}
