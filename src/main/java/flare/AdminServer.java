package flare;

import flare.admin.AdminAccess;
import flare.admin.AdminOperations;
import flare.admin.AdminPort;
import flare.admin.Scrape;
import flare.admin.doctor.Doctor;
import flare.config.Settings;
import flare.http.HttpServer;
import flare.telemetry.Metrics;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * The admin port of this process. Opened before anything that may have to wait for other processes, so that it tells what
 * for, and closed after everything it tells of: while transfers end it answers that the process is stopping.
 */
final class AdminServer {

    private static final Duration BIND_LIMIT = Duration.ofSeconds(20);
    private static final int CONNECTIONS = 256;
    /** An order such as reclaim is answered when it is done, and nothing is said before. */
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);

    private final ActorSystem<?> system;
    private final Settings settings;
    private final Metrics metrics;
    private final AtomicReference<@Nullable AdminPort> port = new AtomicReference<>();
    private Optional<HttpServer> server = Optional.empty();

    AdminServer(ActorSystem<?> system, Settings settings, Metrics metrics) {
        this.system = system;
        this.settings = settings;
        this.metrics = metrics;
    }

    URI open(AdminOperations operations, Doctor doctor, OwnDisks disks) {
        serve(operations, doctor, disks);
        String bind = settings.node().bind();
        HttpServer bound = Await.started(
                "admin port " + settings.admin().port(),
                HttpServer.bind(
                        system,
                        bind,
                        settings.admin().port(),
                        new HttpServer.Limits(CONNECTIONS, IDLE_TIMEOUT),
                        request -> routes().handle(request)),
                BIND_LIMIT);
        server = Optional.of(bound);
        return URI.create("http://" + Hosts.reachable(bind) + ":" + bound.port());
    }

    /** From now on the port tells of these. */
    void serve(AdminOperations operations, Doctor doctor, OwnDisks disks) {
        port.set(new AdminPort(
                system,
                new AdminAccess(
                        settings.admin().token(),
                        Hosts.isLoopback(settings.node().bind())),
                operations,
                doctor::examine,
                new Scrape(metrics, settings.admin().bucketMetrics(), disks::status)));
    }

    private AdminPort routes() {
        return Objects.requireNonNull(port.get());
    }

    /** From now on the process is not ready. */
    void stopping() {
        routes().stopping();
    }

    void close() throws Exception {
        if (server.isPresent()) {
            Duration limit = settings.node().shutdownLimit();
            Await.stopped(server.get().stop(limit), limit.plus(limit));
        }
    }
}
