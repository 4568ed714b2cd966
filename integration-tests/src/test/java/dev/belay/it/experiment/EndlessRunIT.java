package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.it.LongTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on a topic that somebody else keeps writing to: SIGKILL three times, resumed, stopped by
 * SIGINT.
 */
@LongTest
@Timeout(400)
class EndlessRunIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HOLDOUT = 60;
    private static final Duration SOON = Duration.ofSeconds(150);

    private static final String[] WINDOWS = {"--set", "aggregator.windows=5s"};

    @TempDir Path folder;

    @Test
    void killedThreeTimesItCountsEveryRecordOnceAndItsWindowsEqualARecount() throws Exception {
        // Given a program that keeps writing to a topic of three partitions
        try (ReviewsRun live = ReviewsRun.of(folder, EXPERIMENT)) {
            try (ReviewWriter writer = live.writer();
                    StreamRecount recount =
                            new StreamRecount(live.bootstrapServers(), live.registryUrl())) {
                writer.start();
                // When it is killed with the first examples, labels and comparisons there
                for (String topic :
                        List.of("belay.live.truth", "belay.live.predictions", "belay.metrics")) {
                    try (BelayProcess run = live.start(WINDOWS)) {
                        long before = recount.records(topic);
                        Awaitility.await()
                                .atMost(SOON)
                                .pollInterval(Duration.ofMillis(50))
                                .until(
                                        () -> {
                                            assertTrue(run.isAlive(), run::output);
                                            return recount.records(topic) > before;
                                        });
                        run.kill();
                    }
                }
                // And resumed, until all is counted that the program had written when it stopped
                try (BelayProcess run = live.start(WINDOWS)) {
                    long before = recount.records("belay.metrics");
                    Awaitility.await()
                            .atMost(SOON)
                            .until(() -> recount.records("belay.metrics") > before);
                    writer.stop();
                    Awaitility.await()
                            .atMost(SOON)
                            .pollInterval(Duration.ofMillis(500))
                            .untilAsserted(
                                    () -> {
                                        assertTrue(run.isAlive(), run::output);
                                        recount.read();
                                        assertEquals(writer.labels(), recount.truth());
                                        assertEquals(recount.learnable(), recount.cumulative());
                                        assertEquals(recount.counted(), recount.reported());
                                        assertTrue(recount.sweeps() > 0);
                                    });
                    run.interrupt();
                    assertEquals(0, run.exitCode(), run::output);
                }
                // Then every record is an example, in the holdout or a dead letter, once
                List<String> ids = new ArrayList<>(recount.examples());
                ids.addAll(recount.holdout());
                assertEquals(new TreeSet<>(ids).size(), ids.size());
                assertEquals(writer.labels().keySet(), new TreeSet<>(ids));
                assertEquals(HOLDOUT, recount.holdout().size());
                assertEquals(writer.bad(), recount.deadLetters());
                // And no model predicted an example twice before learning from it
                assertEquals(Set.of(), recount.predictedTwice());
                // And there is one run, and its report says what the topics say
                assertEquals(1, recount.runs());
                assertEquals(recount.counted(), inFile(folder.resolve("out/metrics.jsonl")));
                assertTrue(recount.counted().size() > 2, "windows: " + recount.counted().keySet());
                JsonNode summary = JSON.readTree(folder.resolve("out/summary.json").toFile());
                assertEquals(HOLDOUT, summary.at("/examples/holdout").intValue());
                assertEquals(recount.learnable(), summary.at("/stream/0/n").longValue());
                assertFalse(summary.at("/pairs/0/studentAccuracy").isMissingNode());
                assertTrue(Files.exists(folder.resolve("out/report.html")));
            }
        }
    }

    private static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: reviews
              holdout: {share: 0.2, size: %d}
              supervisor-share: 0.4
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 60, micro-epoch: 32}
              naive:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 256, max-wait: 1s}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 256, max-wait: 1s}
            """
                    .formatted(HOLDOUT);

    /** Counts of the file's PROGRESSIVE rows, as {@link StreamRecount#counted} has them. */
    private static Map<String, List<Long>> inFile(Path metrics) throws Exception {
        Map<String, List<Long>> rows = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        for (String line : Files.readAllLines(metrics)) {
            JsonNode row = JSON.readTree(line);
            if (row.get("phase").textValue().equals("PROGRESSIVE")) {
                String window =
                        row.get("windowStartMs").isNull()
                                ? "cumulative"
                                : row.get("windowStartMs").asText();
                assertTrue(seen.add(window), "two rows of " + window);
                List<Long> cells = new ArrayList<>();
                row.get("cells").forEach(cell -> cells.add(cell.longValue()));
                rows.put(window, StreamRecount.withTotal(cells));
            }
        }
        return rows;
    }
}
