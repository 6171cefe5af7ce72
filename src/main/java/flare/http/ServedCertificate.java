package flare.http;

import flare.config.TlsSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that new connections get, kept up to date with its files. Files that changed and can't be served change
 * nothing but the log and {@link State#problem}; open connections keep the certificate they began with.
 */
public final class ServedCertificate implements PortTls {

    private static final Logger LOG = LoggerFactory.getLogger(ServedCertificate.class);

    /** From then on each look at the files says so, but not more than once in {@link #REMINDER}. */
    private static final Duration SOON = Duration.ofDays(7);

    private static final Duration REMINDER = Duration.ofDays(1);

    private final Path chainFile;
    private final Path keyFile;
    private final Clock clock;
    private volatile ServerCertificate current;
    private volatile @Nullable String problem;
    private Stamp loaded;
    private Stamp seen;
    private Instant nextReminder = Instant.MIN;

    private record Stamp(FileStamp chain, FileStamp key) {

        static Stamp of(Path chainFile, Path keyFile) {
            return new Stamp(FileStamp.of(chainFile), FileStamp.of(keyFile));
        }
    }

    /**
     * @param names DNS names
     * @param problem why newer files are not served
     */
    public record State(List<String> names, Instant notAfter, Optional<String> problem) {
        public State {
            names = List.copyOf(names);
        }
    }

    /** Throws {@link CertificateRefusedException} if the files can't be served. */
    public ServedCertificate(Path chainFile, Path keyFile, Clock clock) {
        this.chainFile = chainFile;
        this.keyFile = keyFile;
        this.clock = clock;
        this.loaded = Stamp.of(chainFile, keyFile);
        this.seen = loaded;
        this.current = ServerCertificate.load(chainFile, keyFile);
        remind();
    }

    /** Empty where the settings name no certificate. Throws {@link CertificateRefusedException}. */
    public static Optional<ServedCertificate> of(TlsSettings settings, Clock clock) {
        return settings.certificate()
                .map(chain -> new ServedCertificate(chain, settings.key().orElseThrow(), clock));
    }

    @Override
    public SSLEngine engine() {
        return current.engine();
    }

    public State state() {
        ServerCertificate served = current;
        return new State(served.names(), served.notAfter(), Optional.ofNullable(problem));
    }

    /**
     * Looks at the files and serves them if they changed: to be called from time to time. They are taken once they stay the
     * same from one look to the next, since certificate and key are not replaced at one moment.
     */
    public synchronized void refresh() {
        Stamp now = Stamp.of(chainFile, keyFile);
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(loaded)) {
            loaded = now;
            reload();
        }
        remind();
    }

    private void reload() {
        try {
            ServerCertificate next = ServerCertificate.load(chainFile, keyFile);
            current = next;
            problem = null;
            nextReminder = Instant.MIN;
            LOG.info("New connections get the certificate of {}, good until {}", next.names(), next.notAfter());
        } catch (CertificateRefusedException e) {
            problem = Objects.requireNonNull(e.getMessage());
            LOG.error(
                    "The certificate of {} is served on, until {}: the new one can't be: {}",
                    current.names(),
                    current.notAfter(),
                    problem);
        }
    }

    private void remind() {
        Instant now = clock.instant();
        if (now.isBefore(nextReminder)) {
            return;
        }
        ServerCertificate served = current;
        if (now.isAfter(served.notAfter())) {
            nextReminder = now.plus(REMINDER);
            LOG.error("The certificate {} expired on {}: clients refuse it", chainFile, served.notAfter());
        } else if (now.isBefore(served.notBefore())) {
            nextReminder = now.plus(REMINDER);
            LOG.warn("The certificate {} is good only from {} on: clients refuse it", chainFile, served.notBefore());
        } else if (now.isAfter(served.notAfter().minus(SOON))) {
            nextReminder = now.plus(REMINDER);
            LOG.warn("The certificate {} expires on {}", chainFile, served.notAfter());
        }
    }
}
