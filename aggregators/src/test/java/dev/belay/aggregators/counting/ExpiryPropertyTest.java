package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Examples expire at any time, whatever event times their writers give: every example is counted
 * once for as long as it is known, with its newest predictions and truth, and as it was counted
 * last from then on. Against a list of all that is known, from which an example is removed as a
 * whole once none of its predictions is newer; boards are made anew between.
 */
class ExpiryPropertyTest {
    private static final String[] MODELS = {"x/w#0@0", "x/s#0@0", "x/f#0@0", "x/c#0@0"};
    private static final List<Comparison> COMPARISONS =
            List.of(pair("x/s#0@0", null), pair("x/s#0@0", "x/c#0@0"), pair("x/f#0@0", null));
    private static final List<String> SLICES = List.of("lang=de", "lang=fr", "source=a");
    private static final Duration HORIZON = Duration.ofMillis(40);
    private static final int IDS = 12;

    /** What somebody knows of an example who keeps a list. */
    private static final class Example {
        private final Map<String, Prediction> newest = new HashMap<>(); // by model
        private final List<Long> timesMs = new ArrayList<>();
    }

    private record Prediction(int says, long timeMs) {}

    private record Kept(BlockColumns block, IdList roster) {}

    private final Map<String, Example> known = new HashMap<>();
    private final Map<String, TruthHistory> truths = new HashMap<>();
    private final Map<Comparison, long[]> expected = new HashMap<>(); // of what has expired
    private final Map<Comparison, Tally> retired = new HashMap<>();
    private List<Kept> kept = new ArrayList<>();
    private PartitionState board = new PartitionState(2, lateness(), Long.MIN_VALUE, this::truthOf);
    private long expiredMs = Long.MIN_VALUE;

    @Property(seed = "41", tries = 300, shrinking = ShrinkingMode.OFF)
    void everyExampleIsCountedOnceWhateverItsWritersTimes(@ForAll long seed) {
        new ExpiryPropertyTest().check(new Random(seed));
    }

    private void check(Random random) {
        open();
        for (int step = 0; step < 80; step++) {
            switch (random.nextInt(10)) {
                case 0 -> expire(4L * step - random.nextInt(60));
                case 1 -> makeAnew();
                case 2, 3 -> truth(random, step);
                default -> predict(random, 4L * step);
            }
            compare("step " + step);
        }
    }

    private void predict(Random random, long nowMs) {
        String model = MODELS[random.nextInt(MODELS.length)];
        List<String> ids = new ArrayList<>();
        int rows = 1 + random.nextInt(4);
        float[] p = new float[2 * rows];
        long[] ms = new long[rows];
        for (int row = 0; row < rows; row++) {
            ids.add("e" + random.nextInt(IDS));
            p[2 * row + random.nextInt(2)] = 1;
            ms[row] = nowMs - random.nextInt(80);
        }
        BlockColumns.Ids columns = AvroIds.of(ids);
        BlockColumns block =
                new BlockColumns(
                        model,
                        1,
                        Phase.PROGRESSIVE,
                        2,
                        columns,
                        BlockColumns.Times.of(ms),
                        p,
                        0,
                        false);
        list(model, ids, ms, p);
        BlockColumns rest = board.unexpired(block);
        if (rest != null) {
            IdList roster = new IdList(rest.ids());
            ColumnKey.of(rest).stream()
                    .filter(board::has)
                    .forEach(predicted -> board.add(predicted, rest, roster));
            board.keep(rest, roster);
            kept.add(new Kept(rest, roster));
        }
    }

    /** The same on the list: an old row is of an example that is known, or of none. */
    private void list(String model, List<String> ids, long[] ms, float[] p) {
        boolean[] counts = new boolean[ms.length];
        for (int row = 0; row < ms.length; row++) {
            counts[row] = ms[row] > expiredMs || known.containsKey(ids.get(row));
        }
        for (int row = 0; row < ms.length; row++) {
            if (counts[row]) {
                Example example = known.computeIfAbsent(ids.get(row), i -> new Example());
                Prediction now = new Prediction(p[2 * row] > p[2 * row + 1] ? 0 : 1, ms[row]);
                example.timesMs.add(now.timeMs());
                example.newest.merge(model, now, ExpiryPropertyTest::newer);
            }
        }
    }

    /** Ties: the greater probability of class 0. */
    private static Prediction newer(Prediction a, Prediction b) {
        if (a.timeMs() != b.timeMs()) {
            return a.timeMs() > b.timeMs() ? a : b;
        }
        return a.says() <= b.says() ? a : b;
    }

    private void truth(Random random, int step) {
        String id = "e" + random.nextInt(IDS);
        var version =
                new TruthHistory.Version(
                        random.nextInt(2),
                        step * 4L - random.nextInt(40),
                        ClusterSums.NONE,
                        new Slices(SLICES.stream().filter(s -> random.nextInt(3) == 0).toList()));
        TruthHistory now = truths.getOrDefault(id, TruthHistory.NONE).with(version);
        truths.put(id, now);
        board.setTruths(utf8(id), now);
    }

    private void expire(long throughMs) {
        if (throughMs <= expiredMs) {
            return;
        }
        for (String id : List.copyOf(known.keySet())) {
            Example example = known.getOrDefault(id, new Example());
            if (example.timesMs.stream().allMatch(ms -> ms <= throughMs)) {
                for (Comparison c : COMPARISONS) {
                    expected.merge(c, count(c, id, example), ExpiryPropertyTest::sum);
                    for (String slice : SLICES) {
                        Comparison of = c.of(slice);
                        expected.merge(of, count(of, id, example), ExpiryPropertyTest::sum);
                    }
                }
                known.remove(id);
            }
        }
        expiredMs = throughMs;
        board.pass(
                throughMs,
                (comparison, gone) -> retired.merge(comparison, gone, Tally::merge),
                closed -> {},
                id -> {});
        List<Kept> left = new ArrayList<>();
        for (Kept some : kept) {
            BlockColumns rest = board.unexpired(some.block());
            if (rest != null) {
                left.add(new Kept(rest, new IdList(rest.ids())));
            }
        }
        kept = left;
    }

    private void makeAnew() {
        board = new PartitionState(2, lateness(), expiredMs, this::truthOf);
        kept.forEach(some -> board.keep(some.block(), some.roster()));
        open();
    }

    private void open() {
        for (Comparison comparison : COMPARISONS) {
            for (ColumnKey predicted : PartitionState.columnsOf(comparison)) {
                if (!board.has(predicted)) {
                    board.open(predicted);
                    kept.stream()
                            .filter(some -> ColumnKey.of(some.block()).contains(predicted))
                            .forEach(some -> board.add(predicted, some.block(), some.roster()));
                }
            }
            board.open(comparison);
        }
    }

    private void compare(String when) {
        Map<Comparison, Tally> live = new HashMap<>();
        board.takeChanged(live::put);
        // those that have not changed were right before
        live.forEach(
                (comparison, tally) -> {
                    Tally counted = tally.merge(retired.getOrDefault(comparison, Tally.empty(2)));
                    long[] right = expected.getOrDefault(comparison, new long[18]);
                    for (var example : known.entrySet()) {
                        right = sum(right, count(comparison, example.getKey(), example.getValue()));
                    }
                    assertEquals(
                            LongStream.of(right).boxed().toList(),
                            counts(counted),
                            when + " " + comparison);
                });
    }

    private static List<Long> counts(Tally tally) {
        List<Long> counts = new ArrayList<>(tally.table().cells().toList());
        counts.add(tally.withoutTruth());
        counts.add(tally.tooLate());
        return counts;
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    /** Counts an example by definition: its cell, or that its truth is not known in time. */
    private long[] count(Comparison comparison, String id, Example example) {
        long[] counts = new long[18];
        Prediction w = example.newest.get(comparison.supervisor());
        Prediction s = example.newest.get(comparison.student());
        Prediction c = comparison.ceiling() == null ? s : example.newest.get(comparison.ceiling());
        if (w == null || s == null || c == null) {
            return counts;
        }
        if (comparison.slice() != null && !slices(id).contains(comparison.slice())) {
            return counts;
        }
        int inTime = label(id, s.timeMs() + HORIZON.toMillis());
        counts[17] = inTime == label(id, Long.MAX_VALUE) ? 0 : 1;
        if (inTime < 0) {
            counts[16] = 1;
            return counts;
        }
        int cell = (w.says() == inTime ? 8 : 0) + (s.says() == inTime ? 4 : 0);
        cell += comparison.ceiling() != null && c.says() == inTime ? 2 : 0;
        counts[cell + (s.says() == w.says() ? 1 : 0)] = 1;
        return counts;
    }

    private List<String> slices(String id) {
        return truths.getOrDefault(id, TruthHistory.NONE).versions().stream()
                .max(TruthHistory.ORDER)
                .map(version -> version.slices().names())
                .orElse(List.of());
    }

    private int label(String id, long untilMs) {
        return truths.getOrDefault(id, TruthHistory.NONE).versions().stream()
                .filter(v -> v.timeMs() <= untilMs)
                .max(
                        Comparator.comparingLong(TruthHistory.Version::timeMs)
                                .thenComparingInt(TruthHistory.Version::label))
                .map(TruthHistory.Version::label)
                .orElse(-1);
    }

    private TruthHistory truthOf(byte[] id) {
        return truths.getOrDefault(new String(id, StandardCharsets.UTF_8), TruthHistory.NONE);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Lateness lateness() {
        return new Lateness(List.of(), Duration.ZERO, HORIZON);
    }

    private static Comparison pair(String student, @Nullable String ceiling) {
        return new Comparison(
                Phase.PROGRESSIVE,
                student,
                Comparison.ANY,
                "x/w#0@0",
                Comparison.ANY,
                ceiling,
                Comparison.ANY);
    }
}
