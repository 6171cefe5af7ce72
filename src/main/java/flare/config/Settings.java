package flare.config;

import com.typesafe.config.Config;
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
        AdminSettings admin,
        RaftSettings raft,
        SessionSettings session,
        DataSettings data,
        PlacementSettings placement,
        HealthSettings health,
        RepairSettings repair,
        LogSettings log,
        Config config) {

    private static final String ROOT = "flare";

    /** Reads reference.conf, application.conf (or {@code -Dconfig.file}), environment and system properties. */
    public static Settings load() {
        return of(ConfigFactory.load());
    }

    /** As {@link #load}, with {@code overrides} (HOCON text, keys such as {@code flare.http.port = 0}) on top. */
    public static Settings load(String overrides) {
        return of(ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.load())
                .resolve());
    }

    /** Throws {@link InvalidSettingException} for the first thing that is not allowed. */
    public static Settings of(Config config) {
        Block block = new RecordBinder(ROOT).bind(config.getConfig(ROOT), Block.class);
        return new Settings(
                block.node,
                block.object,
                block.http,
                block.admin,
                block.raft,
                block.session,
                block.data,
                block.placement,
                block.health,
                block.repair,
                block.log,
                config);
    }

    /** The block {@code flare}. */
    private record Block(
            @Inlined NodeSettings node,
            @Inlined ObjectSettings object,
            HttpSettings http,
            AdminSettings admin,
            RaftSettings raft,
            SessionSettings session,
            DataSettings data,
            PlacementSettings placement,
            HealthSettings health,
            RepairSettings repair,
            LogSettings log) {}
}
