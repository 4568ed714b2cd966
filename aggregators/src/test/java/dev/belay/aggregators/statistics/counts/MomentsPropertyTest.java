package dev.belay.aggregators.statistics.counts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Moment;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.figures.Kappa;
import dev.belay.aggregators.statistics.figures.KappaInterval;
import dev.belay.aggregators.statistics.figures.MeanInterval;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MomentsPropertyTest {
    private static final int K = 3;

    /** As release 0.1.0 wrote the three examples of {@link #three}. */
    private static final String RELEASED =
            "0600020200040200100200048080c0218080c00dd0b7fb3090a79b178080c0088080c00b00380200028080"
                    + "8008808080040018040280808018808080120050020002808080088080800400080202808080"
                    + "0a8080a006000802028080800c80808009001a04020202020002020200060406040a02";

    @Property(seed = "31", tries = 200)
    void momentsEqualABatchRecount(@ForAll("scored") List<Scored> all) {
        PairTable table = Scored.table(all, K, false);

        assertEquals(all.size(), table.moment(Moment.EXAMPLES));
        assertTrue(table.hasMoments());
        assertEquals(
                squares(all, e -> logLoss(e.w(), e.truth())),
                table.moment(Moment.SUPERVISOR_LOG_LOSS));
        assertEquals(
                squares(all, e -> logLoss(e.s(), e.truth())),
                table.moment(Moment.STUDENT_LOG_LOSS));
        // Brier's score of each side is rounded by itself: 4 units of 2⁻²⁴ in a gain of at most 2
        double gains =
                all.stream()
                        .mapToDouble(e -> brier(e.w(), e.truth()) - brier(e.s(), e.truth()))
                        .map(gain -> gain * gain)
                        .sum();
        assertEquals(
                gains * (1 << 20),
                (double) table.moment(Moment.BRIER_GAIN),
                all.size() * (0.5 + 1) + 1e-6);
        for (int k = 0; k < K; k++) {
            int c = k;
            assertEquals(
                    all.stream()
                            .filter(
                                    e ->
                                            Scored.predicted(e.w()) == c
                                                    && Scored.predicted(e.s()) == c)
                            .count(),
                    table.of(ByClass.BOTH_PREDICT, k));
        }
    }

    @Property(seed = "32", tries = 200)
    void countingManyAtOnceEqualsCountingEach(@ForAll("scored") List<Scored> all) {
        int n = all.size();
        SidePredictions w = predictions(all, Scored::w);
        SidePredictions s = predictions(all, Scored::s);
        int[] truths = all.stream().mapToInt(Scored::truth).toArray();
        int[] examples = IntStream.range(0, n).toArray();
        PairCounter counter = new PairCounter(K);
        counter.pairs(
                examples,
                n,
                truths,
                w,
                s,
                SideSums.of(K, examples, n, truths, w),
                SideSums.of(K, examples, n, truths, s),
                1);

        assertEquals(Scored.table(all, K, false), counter.table());
    }

    @Property(seed = "33", tries = 50)
    void aTableWithACeilingHoldsNoMoments(@ForAll("scored") List<Scored> all) {
        PairTable table = Scored.table(all, K, true);
        for (Moment moment : Moment.values()) {
            assertEquals(0, table.moment(moment));
        }
    }

    @Example
    void bytesOfTheReleaseAreReadAndHaveNoMoments() throws IOException {
        PairTable released = released();
        PairTable counted = three();

        assertEquals(counted.cells(), released.cells());
        assertEquals(counted.confusion(), released.confusion());
        for (PairTable.Sum sum : PairTable.Sum.values()) {
            assertEquals(counted.sum(sum), released.sum(sum));
        }
        assertEquals(
                counted.of(ByClass.STUDENT_PREDICTS, 1), released.of(ByClass.STUDENT_PREDICTS, 1));
        assertFalse(released.hasMoments());
        assertNotNull(Kappa.cohen(released));
        assertNull(KappaInterval.cohen(released));
        assertNull(SelfCheck.of(released));
    }

    /** A shard counts again what it keeps, and sends the difference to what the release sent. */
    @Example
    void intervalsComeOnceTheReleasesCountsAreReplaced() throws IOException {
        PairCounter more = new PairCounter(K);
        for (int i = 0; i < 40; i++) {
            float p = .3f + .01f * i;
            more.pair(0, row(p), 0, p < .5f ? 1 : 0, row(1 - p), 0, p > .5f ? 1 : 0, 1);
        }
        PairTable live = three().merge(more.table());
        // When other examples are counted beside those of the release
        PairTable mixed = released().merge(more.table());
        // Then
        assertEquals(live.cells(), mixed.cells());
        assertFalse(mixed.hasMoments());
        assertNull(KappaInterval.cohen(mixed));
        assertNull(MeanInterval.brierGain(mixed));
        assertNull(MeanInterval.logLoss(mixed, Side.STUDENT));
        // When the shard's own count takes the place of the release's
        PairTable whole = mixed.merge(live.subtract(released().merge(more.table())));
        // Then
        assertEquals(live, whole);
        assertNotNull(KappaInterval.cohen(whole));
        assertNotNull(MeanInterval.brierGain(whole));
        assertNotNull(MeanInterval.logLoss(whole, Side.STUDENT));
    }

    @Provide
    Arbitrary<List<Scored>> scored() {
        return Scored.lists(K, 40);
    }

    private static PairTable released() throws IOException {
        byte[] bytes = HexFormat.of().parseHex(RELEASED);
        return PairTable.read(new DataInputStream(new ByteArrayInputStream(bytes)), false);
    }

    private static PairTable three() {
        return Scored.table(
                List.of(
                        new Scored(1, List.of(.75f, .25f, 0f), List.of(.5f, .5f, 0f), 0),
                        new Scored(1, List.of(.5f, .25f, .25f), List.of(.25f, .75f, 0f), 0),
                        new Scored(2, List.of(.125f, .125f, .75f), List.of(.25f, .125f, .625f), 0)),
                K,
                false);
    }

    private static float[] row(float p) {
        return new float[] {p, 1 - p, 0};
    }

    private static SidePredictions predictions(
            List<Scored> all, Function<Scored, List<Float>> side) {
        char[] predicted = new char[all.size()];
        float[] probabilities = new float[all.size() * K];
        for (int i = 0; i < all.size(); i++) {
            List<Float> p = side.apply(all.get(i));
            predicted[i] = (char) Scored.predicted(p);
            for (int k = 0; k < K; k++) {
                probabilities[i * K + k] = p.get(k);
            }
        }
        return new SidePredictions(predicted, probabilities);
    }

    /** Σ of the squares of terms in units of 2⁻²⁴, each rounded to 2⁻²⁰. */
    private static long squares(List<Scored> all, ToLongFunction<Scored> term) {
        return all.stream()
                .mapToLong(term)
                .map(
                        units ->
                                BigDecimal.valueOf(units)
                                        .pow(2)
                                        .divide(BigDecimal.valueOf(1L << 28))
                                        .setScale(0, RoundingMode.HALF_UP)
                                        .longValueExact())
                .sum();
    }

    private static long logLoss(List<Float> p, int truth) {
        double likely = p.get(truth);
        return new BigDecimal(-StrictMath.log(likely < 1e-7 ? 1e-7 : likely))
                .multiply(BigDecimal.valueOf(1 << 24))
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static double brier(List<Float> p, int truth) {
        double sum = 0;
        for (int k = 0; k < K; k++) {
            double d = p.get(k) - (k == truth ? 1.0 : 0.0);
            sum += d * d;
        }
        return sum;
    }
}
