package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose holdout gets another generation every few seconds, killed with SIGKILL in between:
 * its holdout rows equal a recount from truth and predictions, each over one generation.
 */
@Timeout(400)
class RollingHoldoutIT {
    private static final int SIZE = 30;

    /**
     * Longer than student and ceiling are apart on a busy machine: a row has a ceiling only if both
     * have predicted the same generation.
     */
    private static final long PERIOD_MS = 8_000;

    private static final int GENERATIONS = 4;
    private static final Duration SOON = Duration.ofSeconds(150);
    private static final Pattern TOPICS =
            Pattern.compile("belay\\.live\\.(examples|holdout|truth|predictions)|belay\\.metrics");

    private static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: reviews
              holdout: {share: 0.3, size: %d, rolling: %dms}
              supervisor-share: 0.4
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor, examples: 60, micro-epoch: 32}
              naive:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 32, max-wait: 1s}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 32, max-wait: 1s}
            """
                    .formatted(SIZE, PERIOD_MS);

    @TempDir Path folder;

    @Test
    void killedTwiceEachRowCountsOneGenerationAsARecountDoes() throws Exception {
        try (ReviewsRun live = ReviewsRun.of(folder, EXPERIMENT)) {
            try (ReviewWriter writer = live.writer()) {
                writer.start();
                // When it is killed while the first generations are drawn and predicted
                for (int rows : new int[] {1, 3}) {
                    try (BelayProcess run = live.start()) {
                        await(live, run, recount -> recount.reported.size() >= rows);
                        run.kill();
                    }
                }
                try (BelayProcess run = live.start()) {
                    await(live, run, recount -> recount.counted().size() >= GENERATIONS);
                    writer.stop();
                    // Then all rows are those of the recount
                    await(
                            live,
                            run,
                            recount -> {
                                assertEquals(writer.labels(), recount.truth);
                                assertEquals(recount.expected(), recount.reported);
                                return true;
                            });
                    run.interrupt();
                    assertEquals(0, run.exitCode(), run::output);
                }
            }
            Recount recount = recount(live);
            // And complete generations have their size, each begins a period after the one before
            List<Integer> sizes =
                    recount.generations.values().stream()
                            .map(Map::size)
                            .collect(Collectors.toList());
            assertTrue(sizes.size() > GENERATIONS, sizes::toString);
            assertTrue(
                    sizes.subList(0, sizes.size() - 1).stream().allMatch(n -> n == SIZE),
                    sizes::toString);
            long before = Long.MIN_VALUE / 2;
            for (Map<String, Long> generation : recount.generations.values()) {
                assertTrue(Collections.max(generation.values()) >= before + PERIOD_MS);
                before = Collections.max(generation.values());
            }
            // And no example of the holdout is learned from
            Set<String> both = new TreeSet<>(recount.examples);
            recount.generations.values().forEach(ids -> assertTrue(disjoint(ids, both)));
            // And no row is over two generations
            assertTrue(recount.counted().size() >= GENERATIONS);
            assertEquals(Set.of(), recount.mixed());
        }
    }

    private static boolean disjoint(Map<String, Long> ids, Set<String> others) {
        return Collections.disjoint(ids.keySet(), others);
    }

    private interface Condition {
        boolean holds(Recount recount);
    }

    private static void await(ReviewsRun live, BelayProcess run, Condition condition) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(
                        () -> {
                            assertTrue(run.isAlive(), run::output);
                            assertTrue(condition.holds(recount(live)));
                        });
    }

    private static Recount recount(ReviewsRun live) {
        Recount recount = new Recount();
        try (PlainReader reader = new PlainReader(live.bootstrapServers(), live.registryUrl())) {
            reader.forAll(TOPICS, recount::take);
        }
        return recount;
    }

    /** Counts the holdout again by definition, with none of the product's code. */
    private static final class Recount {
        final Map<Integer, Map<String, Long>> generations = new TreeMap<>(); // id → event time
        final Set<String> examples = new HashSet<>();
        final Map<String, Integer> truth = new TreeMap<>();
        final Map<String, Map<String, Integer>> sweeps = new HashMap<>(); // model checkpoint → id
        final Map<Row, List<Long>> reported = new HashMap<>();

        /** The checkpoints that a row compares; -1: without ceiling. */
        record Row(long student, long supervisor, long ceiling) {}

        void take(PlainReader.Read read) {
            GenericRecord event = read.value();
            if (event == null) {
                return;
            }
            switch (read.topic()) {
                case "belay.live.examples" -> examples.add(read.key());
                case "belay.live.holdout" ->
                        generations
                                .computeIfAbsent(
                                        (Integer) event.get("holdoutVersion"), v -> new HashMap<>())
                                .put(read.key(), (Long) event.get("eventTimeMs"));
                case "belay.live.truth" -> truth.put(read.key(), (Integer) event.get("label"));
                case "belay.live.predictions" -> predictions(event);
                default -> metrics(event);
            }
        }

        private void predictions(GenericRecord block) {
            if (!block.get("phase").toString().equals("HOLDOUT")) {
                return;
            }
            List<?> ids = (List<?>) block.get("ids");
            List<?> p = (List<?>) block.get("probabilities");
            var sweep =
                    sweeps.computeIfAbsent(
                            block.get("model") + " " + block.get("checkpoint"),
                            s -> new HashMap<>());
            for (int i = 0; i < ids.size(); i++) {
                int label = (Float) p.get(2 * i + 1) > (Float) p.get(2 * i) ? 1 : 0;
                Integer earlier = sweep.put(ids.get(i).toString(), label);
                assertTrue(earlier == null || earlier == label, "a repeated row is another one");
            }
        }

        private void metrics(GenericRecord row) {
            if (!row.get("phase").toString().equals("HOLDOUT")) {
                return;
            }
            Long ceiling = (Long) row.get("ceilingCheckpoint");
            long student = (Long) row.get("checkpoint");
            reported.keySet().removeIf(known -> known.student() == student); // newest of its key
            reported.put(
                    new Row(
                            student,
                            (Long) row.get("supervisorCheckpoint"),
                            ceiling == null ? -1 : ceiling),
                    ((List<?>) row.get("cells")).stream().map(cell -> (Long) cell).toList());
        }

        private Map<String, Integer> sweep(String model, long checkpoint) {
            return sweeps.getOrDefault("live/" + model + "#0@0 " + checkpoint, Map.of());
        }

        /** Ids that a row counts, and the cell of each. */
        private Map<String, Integer> cells(Row row) {
            Map<String, Integer> cells = new HashMap<>();
            sweep("naive", row.student())
                    .forEach(
                            (id, naive) -> {
                                Integer y = truth.get(id);
                                Integer weak = sweep("bow", row.supervisor()).get(id);
                                Integer strong = sweep("ceiling", row.ceiling()).get(id);
                                if (y != null
                                        && weak != null
                                        && (strong != null || row.ceiling() < 0)) {
                                    cells.put(
                                            id,
                                            (weak.equals(y) ? 8 : 0)
                                                    + (naive.equals(y) ? 4 : 0)
                                                    + (y.equals(strong) ? 2 : 0)
                                                    + (naive.equals(weak) ? 1 : 0));
                                }
                            });
            return cells;
        }

        /** What the rows that are reported should have. */
        Map<Row, List<Long>> expected() {
            Map<Row, List<Long>> expected = new HashMap<>();
            for (Row row : reported.keySet()) {
                long[] counts = new long[16];
                cells(row).values().forEach(cell -> counts[cell]++);
                List<Long> list = new ArrayList<>();
                for (long count : counts) {
                    list.add(count);
                }
                expected.put(row, list);
            }
            return expected;
        }

        private Set<Integer> generationsOf(Row row) {
            Set<Integer> found = new TreeSet<>();
            for (String id : cells(row).keySet()) {
                generations.forEach(
                        (version, ids) -> {
                            if (ids.containsKey(id)) {
                                found.add(version);
                            }
                        });
            }
            return found;
        }

        /** Generations that some row with a ceiling counts whole. */
        Set<Integer> counted() {
            Set<Integer> counted = new TreeSet<>();
            for (Row row : reported.keySet()) {
                if (row.ceiling() >= 0 && cells(row).size() == SIZE) {
                    counted.addAll(generationsOf(row));
                }
            }
            return counted;
        }

        /** Rows over more than one generation. */
        Set<Row> mixed() {
            return reported.keySet().stream()
                    .filter(row -> generationsOf(row).size() > 1)
                    .collect(Collectors.toSet());
        }
    }
}
