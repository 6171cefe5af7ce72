package flare.cli;

import flare.admin.AdminJson;
import flare.admin.NodeStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How answers look to people. */
final class Text {

    private static final List<String> UNITS = List.of("bytes", "KiB", "MiB", "GiB", "TiB", "PiB");

    private Text() {}

    static void json(PrintWriter out, byte[] json) {
        try {
            out.println(AdminJson.indented(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param value a record, or a list of them */
    static void json(PrintWriter out, Object value) {
        json(out, AdminJson.bytes(value));
    }

    static void nodes(PrintWriter out, List<NodeStatus> nodes) {
        table(
                out,
                List.of("NODE", "STATE", "USABLE", "COPIES", "BYTES", "FREE", "URL", "NOTE"),
                nodes.stream()
                        .map(node -> List.of(
                                Integer.toString(node.id()),
                                node.state(),
                                node.usable() ? "yes" : "no",
                                Long.toString(node.copies()),
                                bytes(node.bytes()),
                                node.freeBytes() < 0 ? "?" : bytes(node.freeBytes()),
                                node.url(),
                                node.usable() || node.reason() == null ? "" : node.reason()))
                        .toList());
    }

    /** Columns as wide as their widest cell. */
    static void table(PrintWriter out, List<String> header, List<List<String>> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(header);
        lines.addAll(rows);
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < header.size(); column++) {
                int at = column;
                int width = lines.stream()
                        .mapToInt(row -> row.get(at).length())
                        .max()
                        .orElse(0);
                String cell = line.get(column);
                text.append(cell).append(" ".repeat(width - cell.length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /** Its two highest units: an estimate says no more. */
    static String span(long seconds) {
        if (seconds >= 86_400) {
            return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
        } else if (seconds >= 3_600) {
            return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
        }
        return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
    }

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, UNITS.get(unit));
    }

    /** As a value in a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
