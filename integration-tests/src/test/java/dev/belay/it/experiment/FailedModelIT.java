package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.it.LongTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model whose loss is no number any more ends by itself; the others go on. */
@LongTest
@Timeout(300)
class FailedModelIT {
    /** Each step multiplies the weights by -99: after some micro-epochs they are infinite. */
    private static final String DIVERGES =
            """
              wild:    {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 16, passes: 2, replay: 0, learning-rate: 10, optimizer: {kind: adamw, weight-decay: 10}}
              pupil:   {encoder: hashing-bigrams, supervisor: wild, micro-epoch: 64}
            """;

    @TempDir Path folder;

    @Test
    void aModelThatDivergesFailsWithItsReasonAndTheOthersFinish() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("").replace("[0, 1]", "[0]");
        Files.writeString(file, text.replace("  ceiling:", DIVERGES + "  ceiling:"));
        Path out = folder.resolve("out");
        // When
        try (BelayProcess run =
                BelayProcess.start(
                        folder,
                        "run",
                        file.toString(),
                        "--out",
                        out.toString(),
                        "--data",
                        folder.resolve("data").toString())) {
            // Then
            assertEquals(1, run.exitCode(), run::output);
            assertTrue(run.output().contains("small/wild#0@0 failed: loss"), run::output);
        }
        JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        Set<String> compared = new TreeSet<>();
        summary.get("pairs").forEach(pair -> compared.add(pair.get("student").textValue()));
        assertEquals(Set.of("naive", "conf"), compared);
        assertEquals(1, summary.get("failed").size());
        assertEquals("wild", summary.get("failed").get(0).get("model").textValue());
        // its checkpoints before that are there, and the one that says so names the last good one
        List<String> events =
                Facts.of(folder.resolve("data")).stream()
                        .filter(fact -> fact.startsWith("checkpoints small/wild#0@0 "))
                        .sorted(Comparator.comparingInt(f -> Integer.parseInt(f.split(" ", -1)[2])))
                        .toList();
        assertTrue(events.size() >= 2, events::toString);
        String[] failed = events.get(events.size() - 1).split(" ", -1);
        String[] good = events.get(events.size() - 2).split(" ", -1);
        assertEquals("FAILED", failed[3]);
        assertEquals("LEARNING", good[3]);
        assertEquals(good[5], failed[5], "weights");
    }
}
