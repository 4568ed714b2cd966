package dev.belay.it.experiment;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.it.experiment.PlainReader.Read;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who has nothing of Belay's can read of a run while it goes on. */
@LongTest
@Timeout(300)
class OpenTopicsIT {
    private static final Pattern BROKER = Pattern.compile("Kafka broker at (\\S+:\\d+)");
    private static final Pattern REGISTRY = Pattern.compile("schema registry at (http\\S+?),? ");

    /** Topic to its number of partitions. */
    private static final Map<String, Integer> PARTITIONS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("belay.models", 16),
                            Map.entry("belay.checkpoints", 16),
                            Map.entry("belay.metrics", 1),
                            Map.entry("belay.small.progress", 1),
                            Map.entry("belay.small.examples", 4),
                            Map.entry("belay.small.holdout", 4),
                            Map.entry("belay.small.truth", 4),
                            Map.entry("belay.small.labels.truth", 4),
                            Map.entry("belay.small.labels.small.bow.0", 4),
                            Map.entry("belay.small.labels.small.bow.1", 4),
                            Map.entry("belay.small.predictions", 4)));

    // Kafka Streams' own topics, which nobody is promised, also begin with belay.small
    private static final Pattern TOPICS =
            Pattern.compile(PARTITIONS.keySet().stream().map(Pattern::quote).collect(joining("|")));

    @TempDir Path folder;

    @Test
    void aConfluentClientReadsEveryTopicWhileTheRunGoesOn() throws Exception {
        // Given: data that take their time, so that the run goes on while we read
        Path file = SmallExperiment.write(folder, "rows-per-second: 120");
        TreeSet<String> unread = new TreeSet<>(PARTITIONS.keySet());
        try (BelayProcess run =
                        BelayProcess.start(
                                folder,
                                "run",
                                file.toString(),
                                "--out",
                                folder.resolve("out").toString(),
                                "--data",
                                folder.resolve("data").toString());
                // When
                PlainReader reader =
                        new PlainReader(run.awaitOutput(BROKER), run.awaitOutput(REGISTRY))) {
            reader.follow(TOPICS);
            Awaitility.await("a record of each of " + PARTITIONS.keySet())
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () -> {
                                assertTrue(run.isAlive(), () -> "unread: " + unread + run.output());
                                for (Read read : reader.poll()) {
                                    check(read);
                                    unread.remove(read.topic());
                                }
                                return unread.isEmpty();
                            });
            // Then: all was read before it was over, and reading was in nobody's way
            assertTrue(run.isAlive(), run::output);
            assertEquals(0, run.exitCode(), run::output);
        }
    }

    private static void check(Read read) {
        GenericRecord value = read.value();
        if (value == null) {
            throw new AssertionError("a tombstone in a run that takes nothing back: " + read);
        }
        assertEquals(partition(read.topic(), read.key()), read.partition(), read::toString);
        String kind = read.topic().replaceFirst("belay\\.(small\\.)?", "");
        switch (kind) {
            case "examples", "holdout", "truth", "models" ->
                    assertEquals(read.key(), value.get("id").toString());
            case "checkpoints" -> assertEquals(read.key(), value.get("model").toString());
            case "metrics" ->
                    assertTrue(
                            read.key()
                                    .startsWith(
                                            value.get("student")
                                                    + "|"
                                                    + (value.get("windowStartMs") == null
                                                            ? value.get("checkpoint")
                                                            : "any")
                                                    + "|"
                                                    + value.get("phase")),
                            read::toString);
            case "progress" ->
                    assertEquals(
                            value.get("topic")
                                    + "/"
                                    + value.get("partition")
                                    + "/"
                                    + value.get("writer"),
                            read.key());
            case "predictions" -> checkBlock(read, value);
            default -> // labels: the example itself is in it
                    assertEquals(
                            read.key(),
                            ((GenericRecord) value.get("example")).get("id").toString());
        }
    }

    /** Keyed by one of its ids, and all of them belong to the partition it is in. */
    private static void checkBlock(Read read, GenericRecord block) {
        List<?> ids = (List<?>) block.get("ids");
        assertEquals(read.key(), ids.get(0).toString());
        for (Object id : ids) {
            assertEquals(partition(read.topic(), id.toString()), read.partition(), read::toString);
        }
        int classes = (Integer) block.get("classes");
        assertEquals(ids.size() * classes, ((List<?>) block.get("probabilities")).size());
        assertTrue(ids.size() <= 1_024, read::toString);
    }

    /** Kafka's default partitioner. */
    private static int partition(String topic, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        Integer partitions = PARTITIONS.get(topic);
        if (partitions == null) {
            throw new AssertionError("no such topic expected: " + topic);
        }
        return Utils.toPositive(Utils.murmur2(bytes)) % partitions;
    }
}
