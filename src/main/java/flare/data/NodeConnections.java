package flare.data;

import flare.config.DataSettings;
import flare.http.NodeCertificate;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;

/**
 * The connections of this process to one data node. The one used last is used next; those not needed for a while are
 * closed; when one breaks, the idle ones are not trusted any more.
 *
 * <p>Pekko HTTP's own pool was not used: it sends a PUT again by itself (PUT is idempotent by name), keeps off a node for
 * up to minutes after failed attempts, and can't give up a request under way (docs/decisions/0006).
 */
final class NodeConnections implements NodeConnection.Owner {

    /** Far below the node's own idle time: it is this end that closes. */
    private static final Duration KEEP_IDLE = Duration.ofSeconds(30);

    private final ActorSystem system;
    private final URI url;
    private final Optional<NodeCertificate> tls;
    private final int max;
    private final Duration stall;
    private final ClientConnectionSettings settings;
    private final Cancellable sweep;

    private final Deque<Idle> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    private record Idle(NodeConnection connection, long sinceNanos) {}

    NodeConnections(ActorSystem system, URI url, DataSettings data, Optional<NodeCertificate> tls) {
        this.system = system;
        this.url = url;
        this.tls = tls;
        this.max = data.maxCalls();
        this.stall = data.stallTimeout();
        this.settings =
                ClientConnectionSettings.create(system).withIdleTimeout(scala.concurrent.duration.Duration.Inf());
        this.sweep =
                system.scheduler().scheduleWithFixedDelay(KEEP_IDLE, KEEP_IDLE, this::closeUnused, system.dispatcher());
    }

    /**
     * The answer to a request, whose entity must be run or discarded: the connection is in use until its end.
     *
     * @param answerWithin from the moment the request is wholly sent
     */
    CompletionStage<HttpResponse> call(HttpRequest request, Duration answerWithin) {
        if (!url.getScheme().equals(tls.isPresent() ? "https" : "http")) {
            return CompletableFuture.failedFuture(
                    new DataNodeException(DataNodeException.Kind.UNREACHABLE, otherScheme()));
        }
        NodeConnection connection;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException("the connections are closed"));
            }
            Idle last = idle.pollLast();
            if (last != null) {
                connection = last.connection;
            } else if (open < max) {
                open++;
                connection = new NodeConnection(system, flow(), stall, this);
            } else {
                return CompletableFuture.failedFuture(new DataNodeException(
                        DataNodeException.Kind.BUSY,
                        "flare.data.max-calls = " + max + " calls to " + url.getAuthority() + " are under way"));
            }
        }
        return connection.send(request, answerWithin);
    }

    private NodeConnection.Transport flow() {
        var to = Http.get(system).connectionTo(url.getHost()).toPort(url.getPort());
        return tls.<NodeConnection.Transport>map(certificate ->
                        tcp -> to.withClientConnectionSettings(settings.withTransport(tcp))
                                .withCustomHttpsConnectionContext(ConnectionContext.httpsClient(
                                        (host, port) -> certificate.clientEngine(host, port)))
                                .https())
                .orElse(tcp -> to.withClientConnectionSettings(settings.withTransport(tcp))
                        .http());
    }

    private String otherScheme() {
        return tls.isPresent()
                ? url + " is not called: with flare.nodes-tls data nodes are reached by https:// only"
                : url + " is not called: without flare.nodes-tls data nodes are reached by http:// only";
    }

    @Override
    public void idle(NodeConnection connection) {
        synchronized (this) {
            if (!closed) {
                idle.addLast(new Idle(connection, System.nanoTime()));
                return;
            }
        }
        connection.close();
    }

    @Override
    public void closed(NodeConnection connection, boolean broken) {
        synchronized (this) {
            open--;
            idle.removeIf(entry -> entry.connection == connection);
        }
        if (broken) {
            closeIdle(0);
        }
    }

    private void closeUnused() {
        closeIdle(KEEP_IDLE.toNanos());
    }

    private void closeIdle(long unusedNanos) {
        List<NodeConnection> unused = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            idle.removeIf(entry -> now - entry.sinceNanos >= unusedNanos && unused.add(entry.connection));
        }
        unused.forEach(NodeConnection::close);
    }

    /** Connections open, idle ones included. */
    synchronized int open() {
        return open;
    }

    synchronized int idleNow() {
        return idle.size();
    }

    /** Closes what is idle; exchanges under way end and are then closed. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        sweep.cancel();
        closeIdle(0);
    }
}
