package flare.config;

import java.util.Optional;

/**
 * The admin port. Beyond loopback, /metrics and the admin API ask for the bearer token.
 *
 * @param bucketMetrics buckets, by name, of which /metrics tells
 */
public record AdminSettings(int port, @Secret Optional<String> token, int bucketMetrics) {

    /** A scraper keeps each as a series of its own. */
    private static final int MAX_BUCKET_METRICS = 10_000;

    public AdminSettings {
        Allowed.port("port", port);
        Allowed.between("bucket-metrics", bucketMetrics, 0, MAX_BUCKET_METRICS);
    }

    @Override
    public String toString() {
        return "AdminSettings[port=" + port + ", bucketMetrics=" + bucketMetrics + "]";
    }
}
