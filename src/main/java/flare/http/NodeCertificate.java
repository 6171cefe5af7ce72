package flare.http;

import flare.config.NodeTlsSettings;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections between nodes show and accept, kept up to date with its files: each side has a certificate of the
 * nodes' authority, or there is no connection. Files that changed and can't be used change nothing but the log and
 * {@link State#problem}; open connections go on.
 */
public final class NodeCertificate implements PortTls {

    private static final Logger LOG = LoggerFactory.getLogger(NodeCertificate.class);
    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final Duration SOON = Duration.ofDays(7);
    private static final Duration REMINDER = Duration.ofDays(1);
    /** One that is refused tries again and again. */
    private static final Duration REFUSAL_PAUSE = Duration.ofSeconds(10);

    private final NodeKeys.Files files;
    private final Clock clock;
    private volatile NodeKeys current;
    private volatile @Nullable String problem;
    private Stamp loaded;
    private Stamp seen;
    private Instant nextReminder = Instant.MIN;
    private Instant nextRefusal = Instant.MIN;
    private int untold;

    private record Stamp(FileStamp ca, FileStamp chain, FileStamp key) {
        static Stamp of(NodeKeys.Files files) {
            return new Stamp(FileStamp.of(files.ca()), FileStamp.of(files.chain()), FileStamp.of(files.key()));
        }
    }

    /**
     * @param subject the certificate's
     * @param problem why newer files are not used
     */
    public record State(String subject, Instant notAfter, Optional<String> problem) {}

    private NodeCertificate(NodeKeys.Files files, Clock clock) {
        this.files = files;
        this.clock = clock;
        this.loaded = Stamp.of(files);
        this.seen = loaded;
        this.current = NodeKeys.load(files, clock.instant());
        remind();
    }

    /** Empty where the settings name none. Throws {@link CertificateRefusedException}. */
    public static Optional<NodeCertificate> of(NodeTlsSettings settings, Clock clock) {
        return settings.isOn()
                ? Optional.of(new NodeCertificate(
                        new NodeKeys.Files(
                                settings.ca().orElseThrow(),
                                settings.certificate().orElseThrow(),
                                settings.key().orElseThrow()),
                        clock))
                : Optional.empty();
    }

    @Override
    public SSLEngine engine() {
        SSLEngine engine = current.context().createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = modern(engine);
        parameters.setNeedClientAuth(true);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** For a connection to another node. */
    public SSLEngine clientEngine(String host, int port) {
        SSLEngine engine = current.context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(modern(engine));
        return engine;
    }

    private static SSLParameters modern(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        return parameters;
    }

    /** Always that of the files. */
    public X509ExtendedKeyManager keys() {
        return new CurrentKey(() -> current.keys());
    }

    /** Always that of the files. */
    public X509ExtendedTrustManager trust() {
        return new AnyHost(() -> current.trust(), why -> refused("the metadata log's peers", why));
    }

    public State state() {
        NodeKeys used = current;
        return new State(
                used.leaf().getSubjectX500Principal().getName(),
                used.leaf().getNotAfter().toInstant(),
                Optional.ofNullable(problem));
    }

    @Override
    public void refused(InetSocketAddress from, String why) {
        refused(from.toString(), why);
    }

    private synchronized void refused(String with, String why) {
        Instant now = clock.instant();
        if (now.isBefore(nextRefusal)) {
            untold++;
            return;
        }
        nextRefusal = now.plus(REFUSAL_PAUSE);
        LOG.warn(
                "A connection with {} got no data: only nodes with a certificate of {} may connect: {}{}",
                with,
                files.ca(),
                why,
                untold == 0 ? "" : " (and " + untold + " more before it)");
        untold = 0;
    }

    /**
     * Looks at the files and uses them if they changed: to be called from time to time. They are taken once they stay the
     * same from one look to the next, since they are not replaced at one moment.
     */
    public synchronized void refresh() {
        Stamp now = Stamp.of(files);
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
            current = NodeKeys.load(files, clock.instant());
            problem = null;
            nextReminder = Instant.MIN;
            LOG.info(
                    "New connections between nodes use the certificate of {}, good until {}",
                    state().subject(),
                    state().notAfter());
        } catch (CertificateRefusedException e) {
            problem = Objects.requireNonNull(e.getMessage());
            LOG.error(
                    "The node's certificate of {} is used on, until {}: the new one can't be: {}",
                    state().subject(),
                    state().notAfter(),
                    problem);
        }
    }

    private void remind() {
        Instant now = clock.instant();
        Instant notAfter = state().notAfter();
        if (now.isBefore(nextReminder) || now.isBefore(notAfter.minus(SOON))) {
            return;
        }
        nextReminder = now.plus(REMINDER);
        if (now.isAfter(notAfter)) {
            LOG.error("The node's certificate {} expired on {}: other nodes refuse it", files.chain(), notAfter);
        } else {
            LOG.warn("The node's certificate {} expires on {}", files.chain(), notAfter);
        }
    }
}
