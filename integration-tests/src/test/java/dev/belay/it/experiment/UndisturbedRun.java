package dev.belay.it.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The small experiment, run to its end by {@code belay run} without a kill: the reference for other
 * runs. Made at first use, once; its folder under {@code target} is kept for inspection.
 *
 * @param file the experiment file
 * @param data its {@code --data}
 * @param summary the bytes of its summary.json, as text
 */
record UndisturbedRun(Path file, Path data, Path out, String summary, TopicFacts topics) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static @Nullable UndisturbedRun made;

    /** The contents of its topics after its end, read once. */
    static final class TopicFacts {
        private final Path data;
        private @Nullable List<String> facts;

        TopicFacts(Path data) {
            this.data = data;
        }

        synchronized List<String> facts() {
            List<String> read = facts == null ? Facts.of(data) : facts;
            facts = read;
            return read;
        }
    }

    static synchronized UndisturbedRun get() throws Exception {
        UndisturbedRun run = made == null ? make() : made;
        made = run;
        return run;
    }

    private static UndisturbedRun make() throws Exception {
        Path folder =
                Files.createTempDirectory(
                        Files.createDirectories(Path.of("target", "it").toAbsolutePath()),
                        "undisturbed-");
        Path file = SmallExperiment.write(folder);
        Path data = folder.resolve("data");
        Path out = folder.resolve("out");
        BelayProcess.succeed(
                folder, "run", file.toString(), "--out", out.toString(), "--data", data.toString());
        return new UndisturbedRun(file, data, out, summary(out), new TopicFacts(data));
    }

    static String summary(Path out) throws IOException {
        return Files.readString(out.resolve("summary.json"));
    }

    /** What metrics.jsonl says last of each student on the stream, by student and seed. */
    static Map<String, JsonNode> lastOnTheStream(Path out) throws IOException {
        Map<String, JsonNode> last = new TreeMap<>();
        for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
            JsonNode row = JSON.readTree(line);
            if (row.get("phase").textValue().equals("PROGRESSIVE")
                    && row.get("windowStartMs").isNull()) {
                ((ObjectNode) row).remove("eventTimeMs"); // when it was, not what
                last.put(row.get("student").textValue() + "#" + row.get("seed"), row);
            }
        }
        return last;
    }
}
