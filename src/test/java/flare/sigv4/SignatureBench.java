package flare.sigv4;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Measures what a signature costs; a main, not a test. Figures are in docs/decisions/0013-what-a-signature-covers.md.
 */
public final class SignatureBench {

    private static final int WARM_UP = 100_000;
    private static final int MEASURED = 200_000;

    private SignatureBench() {}

    public static void main(String[] arguments) {
        WireRequest get = Examples.request(
                "GET",
                "/bucket/some/key%20of%20a%20small/object.txt?x-id=GetObject",
                "host",
                "objects.example:9000",
                "user-agent",
                "aws-sdk-java/2.57.8 md/io#sync",
                "x-amz-checksum-mode",
                "ENABLED",
                "range",
                "bytes=0-4095");
        WireRequest signed = Examples.SIGNER.sign(get, Payload.of(new byte[0]), Examples.TIME);
        WireRequest presigned = Examples.SIGNER.presign(get, Examples.TIME, Duration.ofHours(1));
        Verifier verifier = Examples.verifier();
        each("check of a GET signed in the header", () -> verify(verifier, signed));
        each("check of a presigned GET", () -> verify(verifier, presigned));
        for (Payload mode : new Payload[] {Payload.SIGNED_CHUNKS, Payload.UNSIGNED_CHUNKS_WITH_TRAILER}) {
            for (int chunkBytes : new int[] {8 * 1024, 64 * 1024, 1024 * 1024}) {
                body(mode, chunkBytes);
            }
        }
    }

    private static void verify(Verifier verifier, WireRequest request) {
        verifier.verify(verifier.claim(request).orElseThrow(), Examples.SECRET, Examples.TIME);
    }

    private static void each(String what, Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long before = cpuNanos();
        for (int i = 0; i < MEASURED; i++) {
            step.run();
        }
        print("%s: %.1f us of CPU", what, (cpuNanos() - before) / 1e3 / MEASURED);
    }

    private static void body(Payload mode, int chunkBytes) {
        ChunkedBodies.Upload upload = ChunkedBodies.upload(
                mode,
                new byte[16 << 20],
                chunkBytes,
                mode.mode().hasTrailer() ? Map.of("x-amz-checksum-crc32", "AAAAAA==") : Map.of());
        long before = 0;
        int rounds = 12;
        for (int round = -4; round < rounds; round++) {
            before = round == 0 ? cpuNanos() : before;
            ChunkedBody decoder = upload.decoder();
            for (int at = 0; at < upload.body().length; at += 128 * 1024) {
                decoder.decode(ByteBuffer.wrap(upload.body(), at, Math.min(128 * 1024, upload.body().length - at)));
            }
            decoder.finish();
        }
        print(
                "%s, chunks of %d KiB: %.2f s of CPU per GiB",
                mode.text(), chunkBytes / 1024, (cpuNanos() - before) / 1e9 / rounds * (1024.0 / 16));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
