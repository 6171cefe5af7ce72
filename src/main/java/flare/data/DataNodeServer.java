package flare.data;

import flare.chunk.BlockCrcs;
import flare.config.DataSettings;
import flare.config.ObjectSettings;
import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.http.ClusterSecret;
import flare.http.HttpServer;
import flare.http.NodeCertificate;
import flare.http.NodeToken;
import flare.http.NodeTokenException;
import flare.http.RequestGuard;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of one data node:
 *
 * <pre>
 *   request ─► token ─► NodeCallParser ─► the node ─► answer
 *                │            │              │
 *                └────────────┴──────────────┴─► NodeError: status, header, JSON {kind, message}
 * </pre>
 *
 * <p>Nothing of a body is read, and the node is not asked, before the token is found right; {@code /health} alone needs
 * none and tells no secret. Every body is read, or what is left of it given up together with its connection.
 */
public final class DataNodeServer {

    private static final Logger LOG = LoggerFactory.getLogger(DataNodeServer.class);

    /**
     * A chunk that was opened ahead waits for its reader, so this bounds only what a dead peer leaves behind; bodies that
     * stall are ended by {@code flare.data.stall-timeout}.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);
    /**
     * Before a PUT that stalls is given up: the process that sends it waits for its own client, who may be silent for almost
     * a stall time, and tells the client why it gave up.
     */
    private static final int BODY_STALLS = 2;
    /** Left of a refused call's body, so that its sender reads the answer; longer ones lose the connection. */
    private static final long DISCARDED_BYTES = 64 * 1024;

    /**
     * How long a refusal waits for the rest of the body. An answer before the request's end closes the connection, and a
     * sender that is not reading yet can lose it; one that takes longer to send gets it all the same.
     */
    private static final Duration REFUSED_BODY_WAIT = Duration.ofSeconds(1);
    /** A token may live so many times this node's {@code token-ttl}: the clocks of two processes are never quite compared. */
    private static final int TTLS = 2;

    private final ActorSystem<?> system;
    private final DataNode node;
    private final ClusterSecret secret;
    private final Consumer<UUID> adoptCluster;
    private final DataSettings settings;
    private final Clock clock;

    /**
     * @param adoptCluster given the cluster of each call with a right token: has a fresh node durably belong to it, and
     *     throws {@link DataNodeException} where the node is of another one
     * @param clock that tokens expire by: a steady one
     */
    public DataNodeServer(
            ActorSystem<?> system,
            DataNode node,
            ClusterSecret secret,
            Consumer<UUID> adoptCluster,
            DataSettings settings,
            Clock clock) {
        this.system = system;
        this.node = node;
        this.secret = secret;
        this.adoptCluster = adoptCluster;
        this.settings = settings;
        this.clock = clock;
    }

    /** @param port 0: any free one */
    public CompletionStage<HttpServer> bind(String host, int port) {
        return bind(host, port, Optional.empty());
    }

    /** @param tls with it only nodes are connected that have a certificate, too */
    public CompletionStage<HttpServer> bind(String host, int port, Optional<NodeCertificate> tls) {
        return HttpServer.bind(
                system,
                new HttpServer.Listening(
                        new InetSocketAddress(host, port),
                        new HttpServer.Limits(settings.maxConnections(), IDLE_TIMEOUT),
                        ServerSettings.create(system.classicSystem()),
                        tls),
                this::handle);
    }

    CompletionStage<HttpResponse> handle(HttpRequest request) {
        try {
            NodeCall call = admitted(request);
            return answer(call, request).exceptionally(failure -> refusal(call.method(), failure));
        } catch (RuntimeException e) {
            discard(request);
            return CompletableFuture.completedFuture(refusal(request.method().name(), e));
        }
    }

    private NodeCall admitted(HttpRequest request) {
        refuse(request, RequestGuard.VIOLATION, NodeError.MALFORMED);
        refuse(request, RequestGuard.OVERLOAD, NodeError.BUSY);
        String target = NodeWire.header(request, "Raw-Request-URI");
        String method = request.method().name();
        if (!target.equals(NodeCall.Health.TARGET)) {
            checkToken(request, new NodeToken.Call(method, target, node.uuid()));
        }
        NodeCall call =
                NodeCallParser.parse(method, target, request.getHeader("Range").map(HttpHeader::value));
        if (!(call instanceof NodeCall.Put) && !request.entity().isKnownEmpty()) {
            throw new NodeRefusal(NodeError.MALFORMED, "only PUT takes a body");
        }
        return call;
    }

    private static void refuse(HttpRequest request, String header, NodeError error) {
        request.getHeader(header).ifPresent(sentence -> {
            throw new NodeRefusal(error, sentence.value());
        });
    }

    private void checkToken(HttpRequest request, NodeToken.Call call) {
        UUID cluster;
        try {
            String token =
                    request.getHeader(NodeToken.HEADER).map(HttpHeader::value).orElse("");
            cluster = NodeToken.check(
                    secret, token, call, clock.millis(), settings.tokenTtl().multipliedBy(TTLS));
        } catch (NodeTokenException e) {
            throw new NodeRefusal(NodeError.TOKEN_REFUSED, String.valueOf(e.getMessage()));
        }
        try {
            adoptCluster.accept(cluster);
        } catch (DataNodeException e) {
            throw new NodeRefusal(NodeError.FOREIGN_CLUSTER, String.valueOf(e.getMessage()));
        }
    }

    private CompletionStage<HttpResponse> answer(NodeCall call, HttpRequest request) {
        if (call instanceof NodeCall.Put put) {
            return put(put, request).thenApply(DataNodeServer::receipt);
        } else if (call instanceof NodeCall.Get get) {
            return node.get(get.chunk(), get.firstBlock(), get.blocks()).thenApply(content -> content(get, content));
        } else if (call instanceof NodeCall.Verify verify) {
            return node.verify(verify.chunk()).thenApply(DataNodeServer::receipt);
        } else if (call instanceof NodeCall.Delete delete) {
            return node.delete(delete.chunk(), delete.freedIndex()).thenApply(deleted -> deleted(delete, deleted));
        } else if (call instanceof NodeCall.Pull pull) {
            return node.pull(pull.chunk(), pull.order()).thenApply(DataNodeServer::receipt);
        } else if (call instanceof NodeCall.Inventory page) {
            return node.inventory(page.after(), page.limit()).thenApply(ids -> json(NodeWire.inventory(ids)));
        } else if (call instanceof NodeCall.EmptyTrash) {
            return node.emptyTrash().thenApply(done -> HttpResponse.create());
        } else if (call instanceof NodeCall.MeasureSyncs) {
            return node.measureSyncs().thenApply(times -> json(NodeWire.syncs(times)));
        } else if (call instanceof NodeCall.Health) {
            return node.health()
                    .thenApply(health -> json(NodeWire.health(health))
                            .addHeader(RawHeader.create(NodeWire.TOKEN_CLOCK, Long.toString(clock.millis()))));
        }
        throw new IllegalStateException("no answer to " + call);
    }

    private CompletionStage<CopyReceipt> put(NodeCall.Put put, HttpRequest request) {
        long length = request.entity().getContentLengthOption().orElse(-1);
        long max = ObjectSettings.MAX_CHUNK.bytes();
        if (length > max) {
            throw new NodeRefusal(NodeError.TOO_LARGE, "a chunk has at most " + max + " bytes, this one " + length);
        }
        if (length == 0) {
            throw new NodeRefusal(NodeError.MALFORMED, "a chunk has at least one byte");
        }
        Optional<Integer> declared = declaredCrc32c(request);
        CompletableFuture<Boolean> bodyEnded = new CompletableFuture<>();
        Source<ByteString, Object> body = request.entity()
                .withSizeLimit(max)
                .getDataBytes()
                .via(WatchedBody.readToItsEnd(
                        length, settings.stallTimeout().multipliedBy(BODY_STALLS), whole -> bodyEnded.complete(whole)));
        return (declared.isPresent() ? body.via(matching(put, declared.get())) : body)
                .runWith(node.put(put.chunk(), length), system)
                .exceptionallyCompose(failure -> bodyEnded
                        .completeOnTimeout(false, REFUSED_BODY_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                        .thenCompose(ended -> CompletableFuture.failedFuture(failure)));
    }

    private static Optional<Integer> declaredCrc32c(HttpRequest request) {
        try {
            return request.getHeader(NodeWire.CRC32C).map(header -> NodeWire.crc32c(header.value()));
        } catch (IllegalArgumentException e) {
            throw new NodeRefusal(NodeError.MALFORMED, NodeWire.CRC32C + " is to be 8 hex digits");
        }
    }

    /** Fails in place of the body's end where the bytes are not those declared: the node then keeps nothing. */
    private static Flow<ByteString, ByteString, NotUsed> matching(NodeCall.Put put, int declared) {
        return Flow.of(ByteString.class)
                .statefulMap(
                        CRC32C::new,
                        (crc, bytes) -> {
                            bytes.getByteBuffers().forEach(crc::update);
                            return Pair.create(crc, bytes);
                        },
                        crc -> {
                            if ((int) crc.getValue() != declared) {
                                throw new DataNodeException(
                                        DataNodeException.Kind.CHECKSUM_MISMATCH,
                                        String.format(
                                                "chunk %s: declared CRC32C %08x, received %08x",
                                                put.chunk(), declared, (int) crc.getValue()));
                            }
                            return Optional.empty();
                        });
    }

    private HttpResponse content(NodeCall.Get get, CopyContent content) {
        long from = (long) get.firstBlock() * BlockCrcs.BLOCK_BYTES;
        if (from >= content.chunkLength()) {
            content.bytes().runWith(Sink.cancelled(), system);
            throw new NodeRefusal(
                    NodeError.RANGE_NOT_SATISFIABLE,
                    "chunk " + get.chunk() + " has " + content.chunkLength() + " bytes, none at " + from);
        }
        long to = Math.min(content.chunkLength(), from + (long) get.blocks() * BlockCrcs.BLOCK_BYTES);
        return HttpResponse.create()
                .withStatus(StatusCodes.PARTIAL_CONTENT)
                .addHeaders(List.of(
                        RawHeader.create(NodeWire.CHUNK_LENGTH, Long.toString(content.chunkLength())),
                        RawHeader.create(NodeWire.BLOCK_CRCS, content.crcs().toBase64()),
                        RawHeader.create(
                                "Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.chunkLength())))
                .withEntity(HttpEntities.create(
                        ContentTypes.APPLICATION_OCTET_STREAM, to - from, givenUpUnread(content.bytes())));
    }

    /** An answer whose asker left meanwhile is never run by the server: it would keep the copy open. */
    private Source<ByteString, NotUsed> givenUpUnread(Source<ByteString, NotUsed> bytes) {
        Cancellable giveUp = system.classicSystem()
                .scheduler()
                .scheduleOnce(
                        settings.stallTimeout(),
                        () -> bytes.runWith(Sink.cancelled(), system),
                        system.executionContext());
        return bytes.mapMaterializedValue(none -> {
            giveUp.cancel();
            return none;
        });
    }

    private static HttpResponse receipt(CopyReceipt receipt) {
        return HttpResponse.create().addHeaders(NodeWire.receipt(receipt));
    }

    private static HttpResponse deleted(NodeCall.Delete delete, boolean lacking) {
        if (!lacking) {
            throw new NodeRefusal(
                    NodeError.STALE_GENERATION,
                    "chunk " + delete.chunk() + " is of a generation not below " + delete.freedIndex());
        }
        return HttpResponse.create();
    }

    private static HttpResponse json(String body) {
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, ByteString.fromString(body));
    }

    private HttpResponse refusal(String method, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof NodeRefusal refusal) {
            return refusal(refusal.error(), refusal.getMessage());
        } else if (cause instanceof DataNodeException known) {
            return refusal(NodeError.of(known.kind()), known.getMessage());
        } else if (cause instanceof EntityStreamSizeException) {
            return refusal(NodeError.TOO_LARGE, "a chunk has at most " + ObjectSettings.MAX_CHUNK);
        }
        if (cause instanceof StreamTcpException
                || cause instanceof EntityStreamException
                || cause instanceof TimeoutException) {
            LOG.info("data node {}: the body of a {} ended early: {}", node.uuid(), method, cause.getMessage());
            return refusal(NodeError.BODY_ENDED_EARLY, "the body ended early");
        }
        LOG.warn("data node {}: {} failed", node.uuid(), method, cause);
        return refusal(NodeError.INTERNAL, "the node failed to answer; its log says why");
    }

    private static HttpResponse refusal(NodeError error, @Nullable String message) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(error.status()))
                .addHeader(RawHeader.create(NodeWire.ERROR, error.name()))
                .withEntity(
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(NodeWire.error(error, message == null ? "no message" : message)));
    }

    private void discard(HttpRequest request) {
        CompletionStage<Done> discarded =
                request.entity().withSizeLimit(DISCARDED_BYTES).getDataBytes().runWith(Sink.ignore(), system);
        discarded.exceptionally(tooLong -> Done.getInstance());
    }
}
