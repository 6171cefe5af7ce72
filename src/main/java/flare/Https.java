package flare;

import flare.admin.CertificateStatus;
import flare.config.Settings;
import flare.config.TlsSettings;
import flare.http.CertificateRefusedException;
import flare.http.ServedCertificate;
import flare.telemetry.Metrics;
import java.time.Clock;
import java.util.Optional;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** The object port's certificate, if it has one: loaded at the start, then kept up to date with its files. */
final class Https {

    private final Optional<ServedCertificate> certificate;

    private Https(Optional<ServedCertificate> certificate) {
        this.certificate = certificate;
    }

    static Https start(ActorSystem<?> system, Settings settings, Metrics metrics, Closing closing) {
        TlsSettings tls = settings.http().tls();
        Https https = new Https(load(tls));
        https.certificate.ifPresent(served -> {
            Cancellable looks = system.scheduler()
                    .scheduleWithFixedDelay(
                            tls.reloadInterval(),
                            tls.reloadInterval(),
                            served::refresh,
                            system.dispatchers().lookup(DispatcherSelector.blocking()));
            closing.add("certificate", looks::cancel);
            metrics.gauge(
                    "flare.tls.certificate.not.after",
                    "Unix time at which the certificate of the object port expires",
                    () -> served.state().notAfter().getEpochSecond());
            metrics.gauge(
                    "flare.tls.certificate.stale",
                    "1 while the files hold a newer certificate or key that can't be served",
                    () -> served.state().problem().isPresent() ? 1 : 0);
        });
        return https;
    }

    private static Optional<ServedCertificate> load(TlsSettings tls) {
        try {
            return ServedCertificate.of(tls, Clock.systemUTC());
        } catch (CertificateRefusedException e) {
            throw new StartFailedException(
                    "flare.http.tls.certificate and its key can't be served: " + e.getMessage(), e);
        }
    }

    Optional<ServedCertificate> certificate() {
        return certificate;
    }

    Optional<CertificateStatus> status() {
        return certificate
                .map(ServedCertificate::state)
                .map(state -> new CertificateStatus(
                        state.names(),
                        state.notAfter().toString(),
                        !state.notAfter().isAfter(Clock.systemUTC().instant()),
                        state.problem().orElse(null)));
    }
}
