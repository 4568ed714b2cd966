package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.topology.Recount.Table;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * After every single event, whatever came before it and in which order: every row that can be told
 * equals a recount, over all shards, with and without a ceiling, of the holdout and of the stream,
 * from the beginning and in tumbling and hopping windows; with repetitions, corrections, truth that
 * is late, too late or taken back, and specs and checkpoints anywhere.
 */
class EveryPrefixPropertyTest {
    private static final String[] MODELS = {"weak", "naive", "free", "top"};
    private static final int EXAMPLES = 8;
    private static final long GRACE_MS = 3;
    private static final long HORIZON_MS = 1_000;
    private static final Lateness LATENESS =
            new Lateness(
                    List.of(
                            new Window.Kind(Duration.ofMillis(2), Duration.ofMillis(2)),
                            new Window.Kind(Duration.ofMillis(4), Duration.ofMillis(2))),
                    Duration.ofMillis(GRACE_MS),
                    Duration.ofMillis(HORIZON_MS));
    private static final long[] TRUTH_TIMES = {0, 1, 2, 3, 5, 8, 12, 900, 1_004, 2_000};

    /** A spec (0), or a checkpoint's number. */
    private record Known(String model, int number) {}

    @Property(seed = "17", tries = 12, shrinking = ShrinkingMode.OFF)
    void everyRowEqualsTheRecountAfterEveryEvent(@ForAll long seed) throws IOException {
        check(seed, 1, 1);
    }

    @Property(seed = "18", tries = 6, shrinking = ShrinkingMode.OFF)
    void shardsTogetherEqualTheRecountAfterEveryEvent(@ForAll long seed) throws IOException {
        check(seed, 3, 1);
    }

    @Property(seed = "19", tries = 6, shrinking = ShrinkingMode.OFF)
    void idsOfOtherPartitionsAreCountedAfterEveryEvent(@ForAll long seed) throws IOException {
        check(seed, 1, 3);
    }

    /**
     * @param shards topologies that the examples are split over
     * @param partitions that each of them believes to be one of
     */
    private static void check(long seed, int shards, int partitions) throws IOException {
        Random random = new Random(seed);
        Path state = Files.createTempDirectory("aggregator-test");
        List<Harness> harnesses = new ArrayList<>();
        try {
            for (int i = 0; i < shards; i++) {
                harnesses.add(new Harness(state.resolve("s" + i), partitions, LATENESS));
            }
            List<Object> all = new ArrayList<>(data(random));
            all.addAll(catalog());
            Collections.shuffle(all, random);
            List<Truth> truths = new ArrayList<>();
            List<PredictionBlock> blocks = new ArrayList<>();
            Set<Known> known = new HashSet<>();
            List<Object> seen = new ArrayList<>();
            for (Object event : all) {
                if (event instanceof Truth truth) {
                    truths.add(truth);
                    send(harnesses.get(shard(truth.getId(), shards)), truth);
                } else if (event instanceof PredictionBlock block) {
                    blocks.add(block);
                    for (int i = 0; i < shards; i++) {
                        PredictionBlock part = part(block, i, shards);
                        if (!part.getIds().isEmpty()) {
                            harnesses.get(i).block(part);
                        }
                    }
                } else {
                    known.add((Known) event);
                    harnesses.forEach(h -> send(h, (Known) event));
                }
                seen.add(event);
                try {
                    compare(harnesses, new Recount(truths, blocks), known);
                } catch (AssertionError e) {
                    throw new AssertionError(e.getMessage() + " after " + seen, e);
                }
            }
        } finally {
            harnesses.forEach(Harness::close);
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void compare(List<Harness> harnesses, Recount recount, Set<Known> known) {
        List<Map<String, PairMetrics>> told = harnesses.stream().map(Harness::metrics).toList();
        for (String student : List.of("naive", "free")) {
            String top = student.equals("naive") ? "top" : null;
            boolean pair = known.contains(new Known(student, 0));
            boolean supervised =
                    known.contains(new Known("weak", 0)) && known.contains(new Known("weak", 1));
            for (int k = 1; k <= 2; k++) {
                Table expected = Table.EMPTY;
                if (pair && supervised && known.contains(new Known(student, k))) {
                    expected = recount.holdout("weak", 1, student, k, null, 0);
                    Table with = recount.holdout("weak", 1, student, k, top, k);
                    if (known.contains(new Known("top", k)) && !with.empty() && top != null) {
                        expected = with;
                    }
                }
                String key = Specs.id(student) + "|" + k + "|HOLDOUT|cumulative";
                assertTold(harnesses.size() > 1, expected, key, told);
            }
            for (long start = -2; start <= 8; start += 2) {
                for (long size : new long[] {2, 4}) {
                    long from = start;
                    String key =
                            Specs.id(student) + "|any|PROGRESSIVE|" + from + "-" + (from + size);
                    Table expected = Table.EMPTY;
                    if (pair) {
                        expected = preferred(recount, student, top, from, from + size, GRACE_MS);
                    }
                    assertTold(harnesses.size() > 1, expected, key, told);
                }
            }
            if (pair) {
                Table expected =
                        preferred(
                                recount, student, top, Long.MIN_VALUE, Long.MAX_VALUE, HORIZON_MS);
                assertTold(harnesses.size() > 1, expected, student, newest(student, told));
            }
        }
    }

    private static Table preferred(
            Recount recount, String student, @Nullable String top, long from, long to, long late) {
        Table with = recount.progressive("weak", student, top, t -> t >= from && t < to, late);
        return with.empty()
                ? recount.progressive("weak", student, null, t -> t >= from && t < to, late)
                : with;
    }

    /** The PROGRESSIVE rows' keys name the newest checkpoint that has predicted. */
    private static List<Map<String, PairMetrics>> newest(
            String student, List<Map<String, PairMetrics>> told) {
        return told.stream()
                .map(
                        rows ->
                                rows.values().stream()
                                        .filter(m -> m.getStudent().equals(Specs.id(student)))
                                        .filter(m -> m.getPhase() == Phase.PROGRESSIVE)
                                        .filter(m -> m.getWindowStartMs() == null)
                                        .max(Comparator.comparingLong(PairMetrics::getCheckpoint))
                                        .map(m -> Map.of(student, m))
                                        .orElse(Map.of()))
                .toList();
    }

    /** Shards on their own tell whether there is a ceiling each by itself: then what all share. */
    private static void assertTold(
            boolean several, Table expected, String key, List<Map<String, PairMetrics>> told) {
        long[] cells = new long[16];
        long withoutTruth = 0;
        boolean mixed = false;
        for (Map<String, PairMetrics> rows : told) {
            PairMetrics row = rows.get(key);
            if (row != null) {
                mixed |= several && row.getCeiling() != null;
                for (int i = 0; i < cells.length; i++) {
                    cells[i] += row.getCells().get(i);
                }
                withoutTruth += row.getWithoutTruth();
            }
        }
        if (!mixed) {
            assertEquals(
                    expected,
                    new Table(java.util.Arrays.stream(cells).boxed().toList(), withoutTruth),
                    key);
        }
    }

    private static void send(Harness harness, Truth truth) {
        if (truth.getLabel() < 0) {
            harness.truthTakenBack(truth.getId(), truth.getEventTimeMs());
        } else {
            harness.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
        }
    }

    private static void send(Harness harness, Known known) {
        String model = known.model();
        if (known.number() == 0) {
            boolean student = model.equals("naive") || model.equals("free");
            harness.spec(
                    spec(model, student ? "weak" : "truth", model.equals("naive") ? "top" : null));
        } else {
            boolean last = known.number() == 2 || model.equals("weak");
            harness.checkpoint(
                    checkpoint(
                            model,
                            known.number(),
                            last ? State.FINISHED : State.LEARNING,
                            256L * known.number()));
        }
    }

    private static List<Known> catalog() {
        List<Known> catalog = new ArrayList<>();
        for (String model : MODELS) {
            for (int number = 0; number <= (model.equals("weak") ? 1 : 2); number++) {
                catalog.add(new Known(model, number));
            }
        }
        return catalog;
    }

    private static List<Object> data(Random random) {
        List<Object> data = new ArrayList<>();
        for (int i = 5 + random.nextInt(2 * EXAMPLES); i > 0; i--) {
            int label = random.nextInt(6) == 0 ? -1 : random.nextInt(2);
            long timeMs = TRUTH_TIMES[random.nextInt(TRUTH_TIMES.length)];
            data.add(new Truth(id(random), label, timeMs));
        }
        for (int i = 8 + random.nextInt(25); i > 0; i--) {
            String model = MODELS[random.nextInt(MODELS.length)];
            long checkpoint = model.equals("weak") ? 1 : 1 + random.nextInt(2);
            List<String> ids = new ArrayList<>();
            int[] predicted = new int[1 + random.nextInt(6)];
            for (int r = 0; r < predicted.length; r++) {
                ids.add(id(random));
                predicted[r] = random.nextInt(2);
            }
            long timeMs = random.nextInt(9);
            PredictionBlock block =
                    random.nextInt(3) == 0
                            ? Blocks.sweep(model, checkpoint, 0, timeMs, ids, predicted)
                            : Blocks.progressive(model, checkpoint, timeMs, ids, predicted);
            data.add(block);
            if (random.nextInt(4) == 0) {
                data.add(block);
            }
        }
        return data;
    }

    private static PredictionBlock part(PredictionBlock block, int shard, int shards) {
        List<String> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Float> row = new ArrayList<>();
        for (int i = 0; i < block.getIds().size(); i++) {
            if (shard(block.getIds().get(i), shards) == shard) {
                ids.add(block.getIds().get(i));
                times.add(block.getEventTimesMs().get(i));
                row.addAll(block.getProbabilities().subList(2 * i, 2 * i + 2));
            }
        }
        return PredictionBlock.newBuilder(block)
                .setIds(ids)
                .setEventTimesMs(times)
                .setProbabilities(row)
                .build();
    }

    private static int shard(String id, int shards) {
        return Math.floorMod(id.hashCode(), shards);
    }

    private static String id(Random random) {
        return "e" + random.nextInt(EXAMPLES);
    }
}
