package flare.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;

/**
 * All settings of a process, checked. Each is described in {@code reference.conf}.
 *
 * @param config the whole resolved configuration, for the libraries that read their own part of it (Pekko)
 */
public record Settings(
        NodeSettings node,
        ObjectSettings object,
        HttpSettings http,
        S3Settings s3,
        AdminSettings admin,
        RaftSettings raft,
        SessionSettings session,
        DataSettings data,
        PlacementSettings placement,
        HealthSettings health,
        RepairSettings repair,
        ScrubSettings scrub,
        LogSettings log,
        NodeTlsSettings nodesTls,
        Config config) {

    private static final String ROOT = "flare";
    private static final String ENVIRONMENT = "application.conf";

    public Settings {
        Exposure.check(node, s3, raft);
        Exposure.checkUrls(node, nodesTls);
    }

    /**
     * Reads, strongest first: system properties ({@code -Dflare.…}), the environment variables of application.conf, the
     * file named by {@code -Dconfig.file}, reference.conf.
     */
    public static Settings load() {
        return of(stack(ConfigFactory.empty()));
    }

    /** As {@link #load}, with {@code overrides} (HOCON text, keys such as {@code flare.http.port = 0}) on top. */
    public static Settings load(String overrides) {
        try {
            return of(stack(ConfigFactory.parseString(overrides)));
        } catch (ConfigException e) {
            throw new InvalidSettingException("the settings can't be read: " + e.getMessage());
        }
    }

    /** A file given with {@code -Dconfig.file} takes the place of application.conf, and with it of the environment. */
    private static Config stack(Config top) {
        try {
            ConfigFactory.invalidateCaches();
            return top.withFallback(ConfigFactory.defaultOverrides())
                    .withFallback(ConfigFactory.parseResources(Settings.class.getClassLoader(), ENVIRONMENT))
                    .withFallback(ConfigFactory.defaultApplication())
                    .withFallback(ConfigFactory.defaultReferenceUnresolved())
                    .resolve();
        } catch (ConfigException e) {
            throw new InvalidSettingException("the settings can't be read: " + e.getMessage());
        }
    }

    /** Throws {@link InvalidSettingException} for the first thing that is not allowed. */
    public static Settings of(Config config) {
        Block block = new RecordBinder(ROOT).bind(block(config), Block.class);
        return new Settings(
                block.node,
                block.object,
                block.http,
                block.s3,
                block.admin,
                block.raft,
                block.session,
                block.data,
                block.placement,
                block.health,
                block.repair,
                block.scrub,
                block.log,
                block.nodesTls,
                config);
    }

    /** The configuration holds every system property and may hold secrets: it is kept out of logs. */
    @Override
    public String toString() {
        return "Settings[" + node + ", " + object + ", " + http + ", " + admin + ", " + raft + ", " + session + ", "
                + data + ", " + placement + ", " + health + ", " + repair + ", " + scrub + ", " + log + "]";
    }

    private static Config block(Config config) {
        try {
            return config.getConfig(ROOT);
        } catch (ConfigException e) {
            throw new InvalidSettingException(ROOT + " is no block of settings: " + e.getMessage());
        }
    }

    /** The block {@code flare}. */
    record Block(
            @Inlined NodeSettings node,
            @Inlined ObjectSettings object,
            HttpSettings http,
            S3Settings s3,
            AdminSettings admin,
            RaftSettings raft,
            SessionSettings session,
            DataSettings data,
            PlacementSettings placement,
            HealthSettings health,
            RepairSettings repair,
            ScrubSettings scrub,
            LogSettings log,
            NodeTlsSettings nodesTls) {}
}
