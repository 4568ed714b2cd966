package dev.belay.aggregators.statistics.counts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.belay.aggregators.statistics.counts.PairTable.Bin;
import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PairTablePropertyTest {
    private static final int K = 3;

    @Property(seed = "11", tries = 200)
    void countsAndSumsEqualABatchRecount(@ForAll("scored") List<Scored> all) {
        PairTable table = Scored.table(all, K, false);

        assertEquals(all.size(), table.n());
        assertEquals(count(all, e -> Scored.predicted(e.w()) == e.truth()), right(table).get(0));
        assertEquals(count(all, e -> Scored.predicted(e.s()) == e.truth()), right(table).get(1));
        assertEquals(sum(all, e -> brier(e.w(), e.truth())), table.sum(Sum.SUPERVISOR_BRIER));
        assertEquals(sum(all, e -> brier(e.s(), e.truth())), table.sum(Sum.STUDENT_BRIER));
        assertEquals(sum(all, e -> log(e.w(), e.truth())), table.sum(Sum.SUPERVISOR_LOG_LOSS));
        assertEquals(sum(all, e -> log(e.s(), e.truth())), table.sum(Sum.STUDENT_LOG_LOSS));
        assertEquals(sum(all, PairTablePropertyTest::misfit), table.sum(Sum.MISFIT));
        assertEquals(sum(all, PairTablePropertyTest::cross), table.sum(Sum.CROSS));
        for (int bin = 0; bin < ExampleTerms.BINS; bin++) {
            assertEquals(bin(all, bin, Scored::w), table.bin(Side.SUPERVISOR, bin));
            assertEquals(bin(all, bin, Scored::s), table.bin(Side.STUDENT, bin));
        }
    }

    @Property(seed = "12", tries = 200)
    void countsByClassEqualABatchRecount(@ForAll("scored") List<Scored> all) {
        PairTable base = Scored.table(all, K, false);
        PairTable withCeiling = Scored.table(all, K, true);

        for (int k = 0; k < K; k++) {
            int c = k;
            assertEquals(count(all, e -> e.truth() == c), base.of(ByClass.TRUTH, k));
            assertEquals(count(all, e -> e.truth() == c), withCeiling.of(ByClass.TRUTH, k));
            assertEquals(
                    count(all, e -> Scored.predicted(e.s()) == c),
                    base.of(ByClass.STUDENT_PREDICTS, k));
            assertEquals(
                    count(all, e -> e.truth() == c && Scored.predicted(e.s()) == c),
                    base.of(ByClass.STUDENT_RIGHT, k));
            assertEquals(
                    count(all, e -> e.truth() == c && e.ceiling() == c),
                    withCeiling.of(ByClass.CEILING_RIGHT, k));
        }
        TreeMap<Integer, Long> confusion = new TreeMap<>();
        all.forEach(e -> confusion.merge(e.truth() * 10 + Scored.predicted(e.w()), 1L, Long::sum));
        assertEquals(
                confusion.entrySet().stream()
                        .map(e -> new Confusion(e.getKey() / 10, e.getKey() % 10, e.getValue()))
                        .toList(),
                base.confusion());
        assertEquals(
                Outcome.table(
                        all.stream()
                                .map(
                                        e ->
                                                new Outcome(
                                                        e.truth(),
                                                        Scored.predicted(e.w()),
                                                        Scored.predicted(e.s()),
                                                        e.ceiling()))
                                .toList()),
                withCeiling.cells());
    }

    @Property(seed = "13", tries = 200)
    void anyOrderAndAnyDetourGiveTheSameTable(
            @ForAll("scored") List<Scored> all,
            @ForAll("scored") List<Scored> detour,
            @ForAll boolean withCeiling,
            @ForAll Random random) {
        PairCounter counter = new PairCounter(K);
        List<Runnable> steps = new ArrayList<>();
        all.forEach(e -> steps.add(() -> e.count(counter, withCeiling, 1)));
        detour.forEach(e -> steps.add(() -> e.count(counter, withCeiling, 1)));
        // counted out before it was counted in, or after
        detour.forEach(e -> steps.add(() -> e.count(counter, withCeiling, -1)));
        Collections.shuffle(steps, random);
        steps.forEach(Runnable::run);

        assertEquals(Scored.table(all, K, withCeiling), counter.table());
        assertEquals(Scored.table(all, K, withCeiling).hashCode(), counter.table().hashCode());
    }

    @Property(seed = "14", tries = 200)
    void tablesFormAGroup(
            @ForAll("scored") List<Scored> first,
            @ForAll("scored") List<Scored> second,
            @ForAll("scored") List<Scored> third) {
        PairTable a = Scored.table(first, K, false);
        PairTable b = Scored.table(second, K, true);
        PairTable c = Scored.table(third, K, false);

        assertEquals(a.merge(b).merge(c), a.merge(b.merge(c)));
        assertEquals(a.merge(c), c.merge(a));
        List<Scored> whole = new ArrayList<>(first);
        whole.addAll(third);
        assertEquals(Scored.table(whole, K, false), a.merge(c));
        assertEquals(a, a.merge(b).subtract(b));
        assertEquals(PairTable.empty(K), a.subtract(a));
        assertEquals(a, PairTable.empty(K).merge(a));
        assertEquals(a.subtract(c), PairTable.empty(K).subtract(c.subtract(a)));
    }

    @Property(seed = "15", tries = 200)
    void tablesAndDifferencesSurviveTheirBytes(
            @ForAll("scored") List<Scored> first, @ForAll("scored") List<Scored> second)
            throws IOException {
        PairTable difference =
                Scored.table(first, K, false).subtract(Scored.table(second, K, true));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        difference.write(new DataOutputStream(bytes));
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));

        assertEquals(difference, PairTable.read(in, true));
        assertEquals(-1, in.read());
        if (!first.equals(second)) {
            assertNotEquals(PairTable.empty(K), difference);
        }
    }

    @Provide
    Arbitrary<List<Scored>> scored() {
        return Scored.lists(K, 40);
    }

    private static List<Long> right(PairTable table) {
        return List.of(table.cells().supervisorRight(), table.cells().studentRight());
    }

    private static long count(List<Scored> all, Predicate<Scored> which) {
        return all.stream().filter(which).count();
    }

    private static long sum(List<Scored> all, ToDoubleFunction<Scored> term) {
        return all.stream().mapToLong(e -> units(term.applyAsDouble(e))).sum();
    }

    /** 2⁻²⁴, half-even, without the library's way of it. */
    private static long units(double term) {
        return new BigDecimal(term)
                .multiply(BigDecimal.valueOf(1 << 24))
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static double brier(List<Float> p, int truth) {
        double sum = 0;
        for (int k = 0; k < p.size(); k++) {
            double y = k == truth ? 1 : 0;
            sum += (p.get(k) - y) * (p.get(k) - y);
        }
        return sum;
    }

    private static double log(List<Float> p, int truth) {
        double likely = p.get(truth);
        return likely < 1e-7 ? -StrictMath.log(1e-7) : -StrictMath.log(likely);
    }

    private static double misfit(Scored e) {
        double sum = 0;
        for (int k = 0; k < e.w().size(); k++) {
            double d = e.w().get(k).doubleValue() - e.s().get(k).doubleValue();
            sum += d * d;
        }
        return sum;
    }

    private static double cross(Scored e) {
        double sum = 0;
        for (int k = 0; k < e.w().size(); k++) {
            double s = e.s().get(k).doubleValue();
            sum += (e.w().get(k).doubleValue() - s) * (s - (k == e.truth() ? 1.0 : 0.0));
        }
        return 2 * sum;
    }

    private static Bin bin(List<Scored> all, int bin, Function<Scored, List<Float>> whose) {
        long count = 0;
        long right = 0;
        long confidence = 0;
        long square = 0;
        for (Scored e : all) {
            int predicted = Scored.predicted(whose.apply(e));
            double top = whose.apply(e).get(predicted);
            BigDecimal fifteenfold = new BigDecimal(top).multiply(BigDecimal.valueOf(15));
            boolean above = fifteenfold.compareTo(BigDecimal.valueOf(bin)) > 0;
            boolean upTo = fifteenfold.compareTo(BigDecimal.valueOf(bin + 1)) <= 0;
            if (above && (upTo || bin == 14)) {
                count++;
                right += predicted == e.truth() ? 1 : 0;
                confidence += units(top);
                square += units(top * top);
            }
        }
        return new Bin(count, right, confidence, square);
    }
}
