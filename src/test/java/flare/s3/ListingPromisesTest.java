package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * D4 of the catalogue: what was there before a listing and is not deleted is on one of its pages, once; what was deleted
 * before is on none; whatever is written beside it, whatever the pages' size, with a delimiter and without, in both versions.
 */
class ListingPromisesTest {

    private static final int STABLE = 120;
    private static final int FOLDERS = 12;
    private static final List<Integer> PAGE_SIZES = List.of(1, 2, 3, 7, 50, 119, 120, 121, 1000);
    private static final Pattern NAME =
            Pattern.compile("<(?:Key|CommonPrefixes><Prefix)>(?!<)([^<]*)</(?:Key|Prefix)>");
    private static final Pattern NEXT = Pattern.compile("<(?:NextContinuationToken|NextMarker)>([^<]*)<");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private URI objects = URI.create("http://127.0.0.1");

    private record Asked(boolean second, Optional<String> delimiter, String prefix, int pageSize) {}

    @Test
    void listsStableKeysOnceAndDeletedOnesNeverWhileOthersComeAndGo(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.data.nodes = 1
                """.formatted(directory)))) {
            objects = flare.objects();
            TreeSet<String> stable = new TreeSet<>();
            for (int i = 0; i < STABLE; i++) {
                stable.add("folder-" + i % FOLDERS + "/stable-" + i);
            }
            await(stable.stream().map(key -> send("PUT", "/object/" + key)).toList());
            List<String> ghosts = stable.stream().map(key -> key + "-ghost").toList();
            await(ghosts.stream().map(key -> send("PUT", "/object/" + key)).toList());
            await(ghosts.stream().map(key -> send("DELETE", "/object/" + key)).toList());

            AtomicBoolean over = new AtomicBoolean();
            AtomicLong writes = new AtomicLong();
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                int number = writer;
                writers.add(CompletableFuture.runAsync(() -> churn(number, over, writes)));
            }
            int listings = 0;
            try {
                for (Asked asked : questions()) {
                    check(asked, stable);
                    listings++;
                }
            } finally {
                over.set(true);
                writers.forEach(CompletableFuture::join);
            }
            assertThat(writes.get()).as("writes beside the listings").isPositive();
            System.out.println("listings: " + listings + " of " + STABLE + " stable keys, page sizes " + PAGE_SIZES
                    + ", beside " + writes + " writes: 0 missing, 0 ghosts, 0 duplicates");
        }
    }

    private static List<Asked> questions() {
        List<Asked> questions = new ArrayList<>();
        for (int pageSize : PAGE_SIZES) {
            for (boolean second : List.of(true, false)) {
                for (String prefix : List.of("", "folder-1", "folder-1/")) {
                    // A page of one is asked for often enough where there is little to list.
                    if (pageSize > 2 || !prefix.isEmpty()) {
                        questions.add(new Asked(second, Optional.empty(), prefix, pageSize));
                    }
                    questions.add(new Asked(second, Optional.of("/"), prefix, pageSize));
                    questions.add(new Asked(second, Optional.of("stable-"), prefix, pageSize));
                }
            }
        }
        return questions;
    }

    /** Keys between, before and behind the stable ones come and go; some of them in folders of their own. */
    private void churn(int writer, AtomicBoolean over, AtomicLong writes) {
        Random random = new Random(writer);
        while (!over.get()) {
            String key = "folder-" + random.nextInt(FOLDERS + 3) + "/" + (random.nextBoolean() ? "a" : "stable-1")
                    + "-churn-" + writer + "-" + random.nextInt(5);
            send(random.nextInt(3) == 0 ? "DELETE" : "PUT", "/object/" + key).join();
            writes.incrementAndGet();
        }
    }

    private void check(Asked asked, SortedSet<String> stable) throws IOException, InterruptedException {
        List<String> listed = listed(asked);
        TreeSet<String> wanted = stable.stream()
                .filter(key -> key.startsWith(asked.prefix()))
                .map(key -> entry(key, asked))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).as("%s: duplicates", asked).doesNotHaveDuplicates();
        assertThat(listed).as("%s: missing", asked).containsAll(wanted);
        assertThat(listed).as("%s: ghosts", asked).noneMatch(key -> key.endsWith("-ghost"));
        assertThat(listed).as("%s: in order", asked).isSorted();
        assertThat(listed).as("%s: prefix", asked).allMatch(key -> key.startsWith(asked.prefix()));
    }

    private static String entry(String key, Asked asked) {
        int cut = asked.delimiter()
                .map(delimiter -> key.indexOf(delimiter, asked.prefix().length()))
                .orElse(-1);
        return cut < 0
                ? key
                : key.substring(0, cut + asked.delimiter().orElseThrow().length());
    }

    /** Of all pages, keys and prefixes, in the order of the pages; each page's own order is keys, then prefixes. */
    private List<String> listed(Asked asked) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            String query = "?max-keys=" + asked.pageSize() + "&prefix=" + asked.prefix()
                    + asked.delimiter()
                            .map(delimiter -> "&delimiter=" + delimiter.replace("/", "%2F"))
                            .orElse("")
                    + (asked.second() ? "&list-type=2" : "")
                    + after.map(at -> (asked.second() ? "&continuation-token=" : "&marker=") + at.replace("/", "%2F"))
                            .orElse("");
            HttpResponse<String> page = client.send(
                    HttpRequest.newBuilder(objects.resolve("/object" + query)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).as(query).isEqualTo(200);
            TreeSet<String> entries = new TreeSet<>();
            int count = 0;
            for (Matcher name = NAME.matcher(page.body()); name.find(); count++) {
                entries.add(name.group(1));
            }
            assertThat(entries).as("%s: a page's entries", query).hasSize(count);
            assertThat(count).as("%s: entries of a page", query).isLessThanOrEqualTo(asked.pageSize());
            all.addAll(entries);
            after = next(page.body(), entries);
        } while (after.isPresent());
        return all;
    }

    private static Optional<String> next(String page, SortedSet<String> entries) {
        Matcher next = NEXT.matcher(page);
        boolean truncated = page.contains("<IsTruncated>true</IsTruncated>");
        if (!truncated) {
            return Optional.empty();
        }
        assertThat(entries).as("a page that is not the last").isNotEmpty();
        // Version 1 names the marker of the next page only with a delimiter; else it is the last key.
        return Optional.of(next.find() ? next.group(1) : entries.last());
    }

    private CompletableFuture<HttpResponse<Void>> send(String method, String target) {
        HttpRequest request = HttpRequest.newBuilder(objects.resolve(target))
                .method(method, HttpRequest.BodyPublishers.ofString(method.equals("PUT") ? "x" : ""))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }

    private static void await(List<CompletableFuture<HttpResponse<Void>>> sent) {
        sent.forEach(one -> assertThat(one.join().statusCode()).isIn(200, 204));
    }
}
