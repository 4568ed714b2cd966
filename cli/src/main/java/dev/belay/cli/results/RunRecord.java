package dev.belay.cli.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.cli.report.results.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code run.json}: how an experiment was run. Written while it runs, so that a run that is killed
 * and resumed counts all of its time.
 *
 * @param hash {@link ListedExperiment#hash} of what was run
 * @param seconds that all its processes have run
 * @param peakBytes most memory of one process and its children, 0 if not known
 * @param attempts processes that were started for it
 * @param changed when it was written last
 * @param problem why it failed; null unless it did
 */
record RunRecord(
        String hash,
        State state,
        double seconds,
        long peakBytes,
        int attempts,
        Instant changed,
        @Nullable String problem) {
    private static final ObjectMapper JSON = new ObjectMapper();

    enum State {
        RUNNING,
        FINISHED,
        FAILED
    }

    /** The record in a folder of results; null if there is none. */
    static @Nullable RunRecord read(Path folder) throws IOException {
        Path file = file(folder);
        if (!Files.exists(file)) {
            return null;
        }
        JsonNode json = JSON.readTree(Files.readString(file));
        JsonNode problem = json.path("problem");
        try {
            return new RunRecord(
                    json.path("hash").asText(),
                    State.valueOf(json.path("state").asText().toUpperCase(Locale.ROOT)),
                    json.path("seconds").asDouble(),
                    json.path("peakBytes").asLong(),
                    json.path("attempts").asInt(),
                    Instant.parse(json.path("changed").asText()),
                    problem.isTextual() ? problem.textValue() : null);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IOException(file + ": found no record of a run (" + e.getMessage() + ")", e);
        }
    }

    void write(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("hash", hash).put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("seconds", seconds).put("peakBytes", peakBytes).put("attempts", attempts);
        json.put("changed", changed.toString()).put("problem", problem);
        AtomicFile.write(
                file(folder),
                out -> {
                    out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json));
                    out.write('\n');
                });
    }

    private static Path file(Path folder) {
        return folder.resolve("run.json");
    }
}
