package flare;

import flare.config.NodeTlsSettings;
import flare.config.Settings;
import flare.http.CertificateRefusedException;
import flare.http.NodeCertificate;
import flare.metadata.RaftTransport;
import flare.telemetry.Metrics;
import java.time.Clock;
import java.util.Optional;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** The certificate for connections between nodes, if there is one: loaded at the start, then kept up to date. */
record NodesTls(Optional<NodeCertificate> certificate) {

    static NodesTls start(ActorSystem<?> system, Settings settings, Metrics metrics, Closing closing) {
        NodeTlsSettings set = settings.nodesTls();
        NodesTls tls = new NodesTls(load(set));
        tls.certificate.ifPresent(used -> {
            Cancellable looks = system.scheduler()
                    .scheduleWithFixedDelay(
                            set.reloadInterval(),
                            set.reloadInterval(),
                            used::refresh,
                            system.dispatchers().lookup(DispatcherSelector.blocking()));
            closing.add("certificate between nodes", looks::cancel);
            metrics.gauge(
                    "flare.nodes.tls.certificate.not.after",
                    "Unix time at which this process's certificate for connections between nodes expires",
                    () -> used.state().notAfter().getEpochSecond());
            metrics.gauge(
                    "flare.nodes.tls.certificate.stale",
                    "1 while the files of flare.nodes-tls hold what can't be used",
                    () -> used.state().problem().isPresent() ? 1 : 0);
        });
        return tls;
    }

    RaftTransport raft() {
        return certificate
                .map(used -> RaftTransport.secured(used.keys(), used.trust()))
                .orElseGet(RaftTransport::plain);
    }

    private static Optional<NodeCertificate> load(NodeTlsSettings settings) {
        try {
            return NodeCertificate.of(settings, Clock.systemUTC());
        } catch (CertificateRefusedException e) {
            throw new StartFailedException("flare.nodes-tls can't be used: " + e.getMessage(), e);
        }
    }
}
