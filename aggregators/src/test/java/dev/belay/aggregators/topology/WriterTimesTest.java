package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.asLabels;
import static dev.belay.aggregators.topology.Blocks.atAnyTime;
import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Writers that give the same example different event times: while they differ by less than the
 * horizon every example is counted exactly once, with its truth, though examples expire between.
 */
class WriterTimesTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final Duration HORIZON = Duration.ofHours(1);
    private static final Duration GRACE = Duration.ofMinutes(30);
    private static final long SIZE = 10 * MINUTE;
    private static final Lateness LATENESS =
            new Lateness(
                    List.of(
                            new Window.Kind(Duration.ofMillis(SIZE), Duration.ofMillis(SIZE)),
                            new Window.Kind(Duration.ofMillis(2 * SIZE), Duration.ofMillis(SIZE))),
                    GRACE,
                    HORIZON);
    private static final List<String> MODELS = List.of("weak", "naive", "boot", "top");
    private static final List<String> IDS = List.of("e1", "e2", "e3");

    private final List<Truth> truths = new ArrayList<>();
    private final List<PredictionBlock> blocks = new ArrayList<>();

    /** An event and when it is received. */
    private record Due(long atMs, Object event) {}

    /**
     * Each writer draws its own time for each example, within 55 minutes, and writes by that time;
     * so does truth, and the student as labeler.
     */
    @Property(seed = "43", tries = 20, shrinking = ShrinkingMode.OFF)
    void everyExampleIsCountedOnceWhenWritersGiveItTimesOfTheirOwn(@ForAll long seed) {
        new WriterTimesTest().check(new Random(seed));
    }

    private void check(Random random) {
        Cluster cluster = cluster(1 + random.nextInt(3));
        PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atMs));
        for (int step = 0; step < 50; step++) {
            for (Object event : events(random, step)) {
                due.add(new Due(newest(event), event));
            }
        }
        int looks = 0;
        while (!due.isEmpty()) {
            Object event = due.remove().event();
            if (event instanceof Truth truth) {
                truth(cluster, truth);
            } else if (event instanceof PredictionBlock block) {
                block(cluster, block);
            }
            if (random.nextInt(20) == 0) {
                cluster.restart(random.nextInt(cluster.shards()));
            }
            if (random.nextInt(5) == 0) {
                cluster.advance(Duration.ofSeconds(20));
            }
            if (++looks % 60 == 0) {
                compare(cluster);
            }
        }
        compare(cluster);
        cluster.restart();
        compare(cluster);
    }

    /** An example's predictions, of each writer at a time of its own, and its truth. */
    private static List<Object> events(Random random, int step) {
        long fromMs = 5L * MINUTE * step;
        int span = (int) (55 * MINUTE);
        List<String> ids = List.of("x" + step, "y" + step);
        List<Object> events = new ArrayList<>();
        for (String model : MODELS) {
            int[] says = random.ints(2, 0, 2).toArray();
            events.add(atAnyTime(progressive(model, 1, 0, ids, says), random, fromMs, span));
            if (random.nextInt(3) == 0) { // a correction
                int[] other = random.ints(2, 0, 2).toArray();
                events.add(atAnyTime(progressive(model, 1, 0, ids, other), random, fromMs, span));
            }
        }
        int[] labels = random.ints(2, 0, 2).toArray();
        events.add(
                asLabels(atAnyTime(progressive("naive", 2, 0, ids, labels), random, fromMs, span)));
        for (String e : ids) {
            long knownMs = fromMs + random.nextInt(2 * span);
            events.add(EventFactory.truth(e, random.nextInt(2), knownMs));
        }
        return events;
    }

    private static long newest(Object event) {
        return event instanceof Truth truth
                ? truth.getEventTimeMs()
                : ((PredictionBlock) event)
                        .getEventTimesMs().stream().mapToLong(ms -> ms).max().orElseThrow();
    }

    private void compare(Cluster cluster) {
        Map<String, PairMetrics> told = cluster.metrics();
        Recount recount = new Recount(truths, blocks);
        compare(told, recount, "weak", "naive", "top");
        compare(told, recount, "naive", "boot", null);
    }

    private static void compare(
            Map<String, PairMetrics> told,
            Recount recount,
            String supervisor,
            String student,
            @Nullable String top) {
        assertEquals(
                table(recount, supervisor, student, top, t -> true, HORIZON),
                table(stream(told, student)),
                student);
        for (long from = -2 * SIZE; from < 32 * SIZE; from += SIZE) {
            for (long size : new long[] {SIZE, 2 * SIZE}) {
                long start = from;
                long end = from + size;
                String key = id(student) + "|any|PROGRESSIVE|" + start + "-" + end;
                assertEquals(
                        table(recount, supervisor, student, top, t -> t >= start && t < end, GRACE),
                        table(told.get(key)),
                        key);
            }
        }
    }

    private static boolean hasCeiling(
            Recount recount,
            String supervisor,
            String student,
            @Nullable String top,
            Predicate<Long> window) {
        return top != null && !recount.progressive(supervisor, student, top, window, 0).empty();
    }

    private static Recount.Table table(
            Recount recount,
            String supervisor,
            String student,
            @Nullable String top,
            Predicate<Long> window,
            Duration late) {
        String ceiling = hasCeiling(recount, supervisor, student, top, window) ? top : null;
        return recount.progressive(supervisor, student, ceiling, window, late.toMillis());
    }

    private static Recount.Table table(@Nullable PairMetrics row) {
        return row == null
                ? Recount.Table.EMPTY
                : new Recount.Table(row.getCells(), row.getWithoutTruth());
    }

    /** A newer prediction of the supervisor does not count an expired example again. */
    @Test
    void anExpiredExampleIsNotCountedAgain() {
        Cluster cluster = pairOfTwo();
        // Given examples whose student is 40 minutes later than their supervisor
        block(cluster, progressive("weak", 1, 0, IDS, 0, 0, 0));
        block(cluster, progressive("naive", 1, 40 * MINUTE, IDS, 0, 0, 1));
        IDS.forEach(e -> truth(cluster, EventFactory.truth(e, 0, 41 * MINUTE)));
        for (long minute : new long[] {80, 170, 260}) {
            // When time goes on, and the supervisor predicts them again
            goOn(cluster, minute);
            block(cluster, progressive("weak", 1, minute * MINUTE, IDS, 1, 1, 1));
            cluster.advance(Duration.ofSeconds(20));
            // Then
            assertEquals(3, requireNonNull(stream(cluster.metrics(), "naive")).getN());
            cluster.restart();
        }
        assertEquals(3, requireNonNull(stream(cluster.metrics(), "naive")).getN());
    }

    /** Truth within the horizon of the student's time counts, however old the supervisor's is. */
    @Test
    void truthWithinTheHorizonOfTheStudentsTimeCounts() {
        Cluster cluster = pairOfTwo();
        block(cluster, progressive("weak", 1, 0, IDS, 0, 0, 0));
        block(cluster, progressive("naive", 1, 50 * MINUTE, IDS, 0, 0, 1));
        // When the supervisor's prediction is more than a horizon old
        goOn(cluster, 100);
        IDS.forEach(e -> truth(cluster, EventFactory.truth(e, 0, 105 * MINUTE)));
        // Then
        for (int i = 0; i < 2; i++) {
            PairMetrics row = requireNonNull(stream(cluster.metrics(), "naive"));
            assertEquals(3, row.getN());
            assertEquals(2.0 / 3, requireNonNull(row.getStudentAccuracy()).getValue());
            cluster.restart();
        }
    }

    /** An example that has not expired does not count in a window that was closed. */
    @Test
    void aClosedWindowIsNotOpenedAgainByAnExampleThatIsLeft() {
        Cluster cluster = pairOfTwo();
        block(cluster, progressive("naive", 1, 0, IDS, 0, 0, 1));
        block(cluster, progressive("weak", 1, 30 * MINUTE, IDS, 0, 0, 0));
        goOn(cluster, 80);
        String window = id("naive") + "|any|PROGRESSIVE|0-" + SIZE;
        PairMetrics closed = requireNonNull(cluster.metrics().get(window));
        double late = cluster.counter("belay.too.late");
        for (int i = 0; i < 2; i++) {
            // When what is left of it changes
            block(cluster, progressive("weak", 1, (31 + i) * MINUTE, IDS, 1, 1, i));
            truth(cluster, EventFactory.truth("e1", 0, 20 * MINUTE + i));
            // Then
            assertEquals(closed, cluster.metrics().get(window));
            assertEquals(late, cluster.counter("belay.too.late"), "nothing is sent for it");
            cluster.restart();
        }
    }

    /** Both models predict other examples at that time, and what may expire does. */
    private void goOn(Cluster cluster, long minute) {
        for (String model : List.of("weak", "naive")) {
            block(cluster, progressive(model, 1, minute * MINUTE, List.of("o" + minute), 0));
        }
        cluster.advance(Duration.ofSeconds(20));
    }

    private static Cluster pairOfTwo() {
        Cluster cluster = new Cluster(1, LATENESS);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.advance(Duration.ofDays(2));
        return cluster;
    }

    private static Cluster cluster(int shards) {
        Cluster cluster = new Cluster(shards, LATENESS);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", "top"));
        cluster.spec(spec("boot", "naive", null));
        cluster.spec(spec("top", "truth", null));
        cluster.advance(Duration.ofDays(2)); // no event is newer than the clock
        return cluster;
    }

    private void block(Cluster cluster, PredictionBlock block) {
        blocks.add(block);
        cluster.block(block);
    }

    private void truth(Cluster cluster, Truth truth) {
        truths.add(truth);
        cluster.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
    }

    /** The key names the newest checkpoint that has predicted. */
    private static @Nullable PairMetrics stream(Map<String, PairMetrics> metrics, String student) {
        return metrics.values().stream()
                .filter(m -> m.getStudent().equals(id(student)) && m.getWindowStartMs() == null)
                .max(Comparator.comparingLong(PairMetrics::getCheckpoint))
                .orElse(null);
    }
}
