package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ExampleTerms;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.Scored;
import dev.belay.aggregators.statistics.counts.SelfCheck;
import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.List;
import java.util.function.Predicate;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What follows from a table, against a recount of the examples; identities as counts, exactly. */
class PairFiguresPropertyTest {

    @Property(seed = "21", tries = 200)
    void gainIsDisagreementTimesWhoIsRightWhenTheyDiffer(@ForAll("three") List<Scored> all) {
        CellTable cells = Scored.table(all, 3, false).cells();
        long differ = count(all, e -> !same(e));
        long studentRight = count(all, e -> !same(e) && right(e, e.s()));
        long supervisorRight = count(all, e -> !same(e) && right(e, e.w()));

        // n·gain = n·D·(c_s − c_w)
        assertEquals(
                cells.studentRight() - cells.supervisorRight(), studentRight - supervisorRight);
        assertEquals(differ, cells.n() - cells.same());
        assertShare(
                studentRight,
                differ,
                PairStatistics.of(cells, Pgr.Ceiling.NONE).studentRightWhenDiffering());
    }

    @Property(seed = "22", tries = 200)
    void ofTwoClassesOneIsRightWhereTheyDiffer(@ForAll("two") List<Scored> all) {
        CellTable cells = Scored.table(all, 2, false).cells();
        long differ = cells.n() - cells.same();
        long studentRight = count(all, e -> !same(e) && right(e, e.s()));

        // n·gain = n·D·(2·c_s − 1)
        assertEquals(cells.studentRight() - cells.supervisorRight(), 2 * studentRight - differ);
        // n·acc_s = n·a_w·A₁ + n·(1 − a_w)·(1 − A₀)
        long wrong = cells.n() - cells.supervisorRight();
        assertEquals(
                cells.studentRight(),
                cells.sameAndSupervisorRight()
                        + wrong
                        - cells.sum(CellTable.SAME | CellTable.SUPERVISOR, CellTable.SAME));
    }

    @Property(seed = "23", tries = 200)
    void studentIsRightByKeepingAndByCorrecting(@ForAll("three") List<Scored> all) {
        CellTable cells = Scored.table(all, 3, false).cells();
        PairStatistics figures = PairStatistics.of(cells, Pgr.Ceiling.NONE);
        long wRight = count(all, e -> right(e, e.w()));
        long corrected = count(all, e -> !right(e, e.w()) && right(e, e.s()));

        // n·acc_s = n·a_w·A₁ + n·(1 − a_w)·P(ŝ right | ŵ wrong)
        assertEquals(cells.studentRight(), cells.sameAndSupervisorRight() + corrected);
        assertShare(corrected, all.size() - wRight, figures.correctedRate());
        assertShare(
                count(all, e -> right(e, e.w()) && !right(e, e.s())),
                wRight,
                figures.newErrorRate());
    }

    @Property(seed = "24", tries = 200)
    void brierGainIsMisfitPlusCrossTerm(@ForAll("three") List<Scored> all) {
        BrierGain brier = BrierGain.of(Scored.table(all, 3, false));
        if (all.isEmpty()) {
            assertNull(brier);
            return;
        }
        assertEquals(
                requireNonNull(brier).gain(), brier.misfit() + brier.cross(), 2 / ExampleTerms.ONE);
        assertTrue(brier.misfit() >= 0 && brier.misfit() <= 2.000001);
    }

    @Property(seed = "25", tries = 200)
    void calibrationEqualsARecount(@ForAll("three") List<Scored> all) {
        Calibration calibration = Calibration.of(Scored.table(all, 3, false), Side.STUDENT);
        if (all.isEmpty()) {
            assertNull(calibration);
            return;
        }
        double ece = 0;
        for (int b = 0; b < 15; b++) {
            double low = b / 15.0;
            double high = (b + 1) / 15.0;
            ece +=
                    Math.abs(
                            all.stream()
                                    .filter(e -> top(e) > low && (top(e) <= high || high == 1))
                                    .mapToDouble(e -> (right(e, e.s()) ? 1 : 0) - top(e))
                                    .sum());
        }
        assertEquals(ece / all.size(), requireNonNull(calibration).ece(), 1e-6);
        assertTrue(calibration.ece() <= 1.000001 && calibration.eceExpected() <= 0.5);
        assertTrue(calibration.logLoss() <= 16.2 && calibration.brier() <= 2.000001);
    }

    @Property(seed = "26", tries = 200)
    void kappasEqualARecount(@ForAll("three") List<Scored> all) {
        PairTable table = Scored.table(all, 3, false);
        double n = all.size();
        double chance = 0;
        for (int k = 0; k < 3; k++) {
            int predicted = k;
            chance +=
                    count(all, e -> Scored.predicted(e.w()) == predicted)
                            / n
                            * (count(all, e -> Scored.predicted(e.s()) == predicted) / n);
        }
        double w = count(all, e -> right(e, e.w())) / n;
        double s = count(all, e -> right(e, e.s())) / n;
        double chanceRight = w * s + (1 - w) * (1 - s);

        assertKappa(chance, count(all, PairFiguresPropertyTest::same) / n, Kappa.cohen(table));
        assertKappa(
                chanceRight,
                count(all, e -> right(e, e.w()) == right(e, e.s())) / n,
                Kappa.errorConsistency(table.cells()));
    }

    @Property(seed = "27", tries = 200)
    void figuresByClassAddUp(@ForAll("three") List<Scored> all) {
        PairTable base = Scored.table(all, 3, false);
        PairTable withCeiling = Scored.table(all, 3, true);
        List<ClassFigures> classes = ClassFigures.of(base, withCeiling);

        assertEquals(3, classes.size());
        for (ClassFigures c : classes) {
            assertEquals(count(all, e -> e.truth() == c.k()), c.n());
            assertEquals(c.n(), c.ceilingN());
            assertEquals(
                    count(all, e -> e.truth() == c.k() && right(e, e.w())), c.supervisorRight());
            assertEquals(count(all, e -> e.truth() == c.k() && right(e, e.s())), c.studentRight());
            assertEquals(
                    count(all, e -> e.truth() == c.k() && e.ceiling() == c.k()), c.ceilingRight());
        }
    }

    @Property(seed = "28", tries = 200)
    void everyCountPassesTheSelfCheckAndADifferenceDoesNot(
            @ForAll("two") List<Scored> all, @ForAll("two") List<Scored> other) {
        PairTable table = Scored.table(all, 2, false);
        assertNull(SelfCheck.of(table));

        PairTable withCeiling = Scored.table(other, 2, true);
        if (!other.isEmpty()) {
            // cells without their sums
            assertNotNull(SelfCheck.of(table.merge(withCeiling)));
        }
    }

    @Provide
    Arbitrary<List<Scored>> three() {
        return Scored.lists(3, 40);
    }

    @Provide
    Arbitrary<List<Scored>> two() {
        return Scored.lists(2, 40);
    }

    private static void assertShare(long k, long n, @Nullable Measure rate) {
        assertEquals(n == 0, rate == null);
        if (rate != null) {
            assertEquals((double) k / n, rate.value());
            assertEquals(n, rate.n());
        }
    }

    private static void assertKappa(double chance, double observed, @Nullable Double kappa) {
        if (Double.isNaN(chance) || chance > 1 - 1e-12) {
            assertNull(kappa);
        } else {
            assertEquals((observed - chance) / (1 - chance), requireNonNull(kappa), 1e-9);
        }
    }

    private static boolean same(Scored e) {
        return Scored.predicted(e.w()) == Scored.predicted(e.s());
    }

    private static boolean right(Scored e, List<Float> p) {
        return Scored.predicted(p) == e.truth();
    }

    private static double top(Scored e) {
        return e.s().get(Scored.predicted(e.s()));
    }

    private static long count(List<Scored> all, Predicate<Scored> which) {
        return all.stream().filter(which).count();
    }
}
