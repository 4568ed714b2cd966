package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.topology.Recount.Beyond;
import dev.belay.aggregators.topology.Recount.Sweep;
import dev.belay.aggregators.topology.Recount.Table;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * After every single event, whatever came before it and in which order: every row that can be told
 * equals a recount, over all shards, with and without a ceiling, of the holdout and of the stream,
 * from the beginning and in tumbling and hopping windows; with repetitions, corrections, truth that
 * is late, too late or taken back, sweeps that are complete or not, specs and checkpoints anywhere,
 * and restarts between. Cells, classes, probabilities and what has no truth; exactly.
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
        checkTopology(seed, 1);
    }

    @Property(seed = "19", tries = 6, shrinking = ShrinkingMode.OFF)
    void idsOfOtherPartitionsAreCountedAfterEveryEvent(@ForAll long seed) throws IOException {
        checkTopology(seed, 3);
    }

    /** Shard or merger or all begin again between events, from what is in their stores. */
    @Property(seed = "18", tries = 60, shrinking = ShrinkingMode.OFF)
    void shardsTogetherEqualTheRecountAfterEveryEventWhateverIsRestarted(@ForAll long seed) {
        Random random = new Random(seed);
        Cluster cluster = new Cluster(1 + random.nextInt(4), LATENESS);
        check(
                random,
                cluster::shardOf,
                event -> {
                    if (event instanceof Truth truth) {
                        cluster.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
                    } else if (event instanceof PredictionBlock block) {
                        cluster.block(block);
                    } else {
                        send((Known) event, cluster::spec, cluster::checkpoint);
                    }
                    switch (random.nextInt(6)) {
                        case 0 -> cluster.restart();
                        case 1 -> cluster.restart(random.nextInt(cluster.shards()));
                        case 2 -> cluster.restartMerger();
                        default -> {}
                    }
                    // now and then several events between two looks
                    return random.nextInt(5) == 0 ? null : cluster.metrics();
                });
    }

    /**
     * @param partitions that the topology believes to be one of
     */
    private static void checkTopology(long seed, int partitions) throws IOException {
        Random random = new Random(seed);
        Path state = Files.createTempDirectory("aggregator-test");
        try (Harness harness = new Harness(state, partitions, LATENESS)) {
            check(
                    random,
                    id -> 0,
                    event -> {
                        if (event instanceof Truth truth) {
                            send(harness, truth);
                        } else if (event instanceof PredictionBlock block) {
                            harness.block(block);
                        } else {
                            send((Known) event, harness::spec, harness::checkpoint);
                        }
                        return harness.metrics();
                    });
        } finally {
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Something that takes an event and gives what has been told by then; null: not looked at. */
    private interface Counting {
        @Nullable Map<String, PairMetrics> after(Object event);
    }

    private static void check(Random random, ToIntFunction<String> shardOf, Counting counting) {
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
            } else if (event instanceof PredictionBlock block) {
                blocks.add(block);
            } else {
                known.add((Known) event);
            }
            Map<String, PairMetrics> told = counting.after(event);
            seen.add(event);
            if (told != null) {
                try {
                    compare(told, new Recount(truths, blocks), known, shardOf);
                } catch (AssertionError e) {
                    throw new AssertionError(e.getMessage() + " after " + seen, e);
                }
            }
        }
    }

    private static void compare(
            Map<String, PairMetrics> told,
            Recount recount,
            Set<Known> known,
            ToIntFunction<String> shardOf) {
        for (String student : List.of("naive", "free")) {
            String top = student.equals("naive") ? "top" : null;
            boolean pair = known.contains(new Known(student, 0));
            boolean supervised =
                    known.contains(new Known("weak", 0)) && known.contains(new Known("weak", 1));
            for (int k = 1; k <= 2; k++) {
                if (pair && supervised && known.contains(new Known(student, k))) {
                    boolean ceiling = top != null && known.contains(new Known("top", k));
                    compareSweep(told, recount, student, k, ceiling ? top : null, shardOf);
                }
            }
            if (pair) {
                for (long from = -2; from <= 8; from += 2) {
                    for (long size : new long[] {2, 4}) {
                        String key =
                                Specs.id(student)
                                        + "|any|PROGRESSIVE|"
                                        + from
                                        + "-"
                                        + (from + size);
                        compareStream(
                                told.get(key),
                                recount,
                                student,
                                top,
                                new Span(from, from + size, GRACE_MS));
                    }
                }
                compareStream(
                        newest(student, told),
                        recount,
                        student,
                        top,
                        new Span(Long.MIN_VALUE, Long.MAX_VALUE, HORIZON_MS));
            }
        }
    }

    private static void compareSweep(
            Map<String, PairMetrics> told,
            Recount recount,
            String student,
            long k,
            @Nullable String top,
            ToIntFunction<String> shardOf) {
        // a shard tells of a row once the student has predicted there, and of the others no sooner
        Set<Integer> shards =
                recount.predicted(student, k).stream()
                        .map(shardOf::applyAsInt)
                        .collect(Collectors.toSet());
        Predicate<String> seen = id -> shards.contains(shardOf.applyAsInt(id));
        Table expected = Table.EMPTY;
        boolean ceiling = false;
        Sweep weak = new Sweep("weak", 1);
        Sweep own = new Sweep(student, k);
        if (recount.tellable(seen, List.of(weak, own))) {
            expected = recount.holdout("weak", 1, student, k, null, 0);
        }
        if (top != null && recount.tellable(seen, List.of(weak, own, new Sweep(top, k)))) {
            Table with = recount.holdout("weak", 1, student, k, top, k);
            ceiling = !with.empty();
            expected = ceiling ? with : expected;
        }
        PairMetrics row = told.get(Specs.id(student) + "|" + k + "|HOLDOUT|cumulative");
        assertTold(expected, row);
        if (row != null) {
            assertEquals(ceiling ? (Long) k : null, row.getCeilingCheckpoint());
            assertEquals(1, row.getSupervisorCheckpoint());
            assertTold(recount.holdoutBeyond("weak", 1, student, k), row);
        }
    }

    /** Of event times of the student's predictions, and how much later truth may come. */
    private record Span(long fromMs, long toMs, long lateMs) {
        boolean has(long timeMs) {
            return timeMs >= fromMs && timeMs < toMs;
        }
    }

    private static void compareStream(
            @Nullable PairMetrics row,
            Recount recount,
            String student,
            @Nullable String top,
            Span span) {
        Table with = recount.progressive("weak", student, top, span::has, span.lateMs());
        Table without = recount.progressive("weak", student, null, span::has, span.lateMs());
        assertTold(with.empty() ? without : with, row);
        if (row != null) {
            assertEquals(
                    recount.tooLate(
                            "weak", student, with.empty() ? null : top, span::has, span.lateMs()),
                    row.getTooLate());
            assertTold(recount.progressiveBeyond("weak", student, span::has, span.lateMs()), row);
        }
    }

    /** The PROGRESSIVE rows' keys name the newest checkpoint that has predicted. */
    private static @Nullable PairMetrics newest(String student, Map<String, PairMetrics> told) {
        return told.values().stream()
                .filter(m -> m.getStudent().equals(Specs.id(student)))
                .filter(m -> m.getPhase() == Phase.PROGRESSIVE && m.getWindowStartMs() == null)
                .max(Comparator.comparingLong(PairMetrics::getCheckpoint))
                .orElse(null);
    }

    private static void assertTold(Table expected, @Nullable PairMetrics row) {
        Table counted =
                row == null ? Table.EMPTY : new Table(row.getCells(), row.getWithoutTruth());
        assertEquals(expected, counted, () -> row == null ? "not told" : row.getStudent());
    }

    private static void assertTold(Beyond expected, PairMetrics row) {
        Map<String, Long> confusion = new HashMap<>();
        row.getConfusion()
                .forEach(c -> confusion.put(c.getTruth() + " " + c.getSaid(), c.getCount()));
        assertEquals(expected.confusion(), confusion);
        Map<Integer, Long> says = new HashMap<>();
        for (int k = 0; k < row.getByClass().size(); k++) {
            long count = row.getByClass().get(k).getStudentSays();
            if (count > 0) {
                says.put(k, count);
            }
        }
        assertEquals(expected.studentSays(), says);
        if (expected.n() > 0) {
            double n = expected.n();
            assertEquals(expected.supervisorBrier() / n, row.getSupervisorCalibration().getBrier());
            assertEquals(expected.studentBrier() / n, row.getStudentCalibration().getBrier());
            assertEquals(expected.misfit() / n, row.getBrierGain().getMisfit());
        }
        if (expected.predicted() > 0) {
            assertEquals(
                    (double) expected.same() / expected.predicted(),
                    row.getLabelAgreement().getValue());
        }
    }

    private static void send(Harness harness, Truth truth) {
        if (truth.getLabel() < 0) {
            harness.truthTakenBack(truth.getId(), truth.getEventTimeMs());
        } else {
            harness.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
        }
    }

    private static void send(
            Known known, Consumer<ModelSpec> specs, Consumer<Checkpoint> checkpoints) {
        String model = known.model();
        if (known.number() == 0) {
            boolean student = model.equals("naive") || model.equals("free");
            specs.accept(
                    spec(model, student ? "weak" : "truth", model.equals("naive") ? "top" : null));
        } else {
            boolean last = known.number() == 2 || model.equals("weak");
            checkpoints.accept(
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
        return withSizes(random, data);
    }

    /** Says in each block of a sweep how many examples the whole of it has; of some: unknown. */
    private static List<Object> withSizes(Random random, List<Object> data) {
        Map<String, Set<String>> ids = new HashMap<>();
        for (Object event : data) {
            if (event instanceof PredictionBlock block && block.getPhase() == Phase.HOLDOUT) {
                ids.computeIfAbsent(sweep(block), s -> new HashSet<>()).addAll(block.getIds());
            }
        }
        Map<String, Long> sizes = new HashMap<>();
        ids.forEach(
                (sweep, all) -> sizes.put(sweep, random.nextInt(3) == 0 ? 0 : (long) all.size()));
        return data.stream()
                .map(
                        event ->
                                event instanceof PredictionBlock block
                                        ? PredictionBlock.newBuilder(block)
                                                .setSweepRows(sizes.getOrDefault(sweep(block), 0L))
                                                .build()
                                        : event)
                .toList();
    }

    private static String sweep(PredictionBlock block) {
        return block.getPhase() + block.getModel() + block.getCheckpoint();
    }

    private static String id(Random random) {
        return "e" + random.nextInt(EXAMPLES);
    }
}
