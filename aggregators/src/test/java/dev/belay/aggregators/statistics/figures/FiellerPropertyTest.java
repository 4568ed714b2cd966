package dev.belay.aggregators.statistics.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.Outcome;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The closed forms against brute force: every θ of a grid tried on the examples themselves. */
class FiellerPropertyTest {
    private static final double Z = 1.959963984540054;

    @Property(seed = "4", tries = 300)
    void intervalHoldsExactlyTheRatiosThatAreNotRejected(@ForAll("outcomes") List<Outcome> all) {
        Pgr pgr = Pgr.of(PairedMoments.of(Outcome.table(all)), Pgr.Ceiling.COUNTED);
        Measure measure = pgr.measure();
        if (measure == null) {
            return;
        }
        double width = measure.high() - measure.low();
        for (int i = -40; i <= 80; i++) {
            double theta = measure.low() + width * (i + 0.5) / 40;
            boolean inside = measure.low() <= theta && theta <= measure.high();
            assertEquals(inside, !rejected(all, 1, -theta), () -> "theta " + theta);
        }
    }

    @Property(seed = "5", tries = 300)
    void pgrIsDefinedExactlyIfTheGapIsAboveZero(@ForAll("outcomes") List<Outcome> all) {
        double sum = all.stream().mapToDouble(o -> difference(o, 0, 1)).sum();
        boolean resolved = !all.isEmpty() && sum > 0 && rejected(all, 0, 1);

        Pgr pgr = Pgr.of(PairedMoments.of(Outcome.table(all)), Pgr.Ceiling.COUNTED);

        assertEquals(resolved, pgr.measure() != null);
        assertEquals(!resolved, pgr.undefined() != null);
    }

    @Property(seed = "6", tries = 200)
    void everyIntervalHoldsItsEstimate(@ForAll("outcomes") List<Outcome> all) {
        // Measure refuses otherwise
        PairStatistics figures = PairStatistics.of(Outcome.table(all), Pgr.Ceiling.COUNTED);

        assertNotNull(figures.pgr());
        assertTrue(all.isEmpty() == (figures.gain() == null));
    }

    /** Biased to skilful ceilings so that many gaps are resolved. */
    @Provide
    Arbitrary<List<Outcome>> outcomes() {
        return Outcome.lists(120)
                .map(
                        list ->
                                list.stream()
                                        .map(
                                                o ->
                                                        o.student() == 0
                                                                ? new Outcome(
                                                                        o.truth(),
                                                                        o.supervisor(),
                                                                        o.student(),
                                                                        o.truth())
                                                                : o)
                                        .toList());
    }

    private static double difference(Outcome o, double a, double b) {
        int w = o.supervisor() == o.truth() ? 1 : 0;
        int s = o.student() == o.truth() ? 1 : 0;
        int c = o.ceiling() == o.truth() ? 1 : 0;
        return a * (s - w) + b * (c - w);
    }

    /**
     * Whether 0 is outside the interval for the mean of a·d_s + b·d_c, two passes over examples.
     */
    private static boolean rejected(List<Outcome> all, double a, double b) {
        double m = all.size() + 2;
        double mean = all.stream().mapToDouble(o -> difference(o, a, b)).sum() / m;
        double squares = all.stream().mapToDouble(o -> Math.pow(difference(o, a, b), 2)).sum();
        for (int bits = 0; bits < 8; bits++) {
            // the made-up quarters: truth 1, each model right (1) or wrong (0)
            Outcome made = new Outcome(1, bits >> 2 & 1, bits >> 1 & 1, bits & 1);
            squares += Math.pow(difference(made, a, b), 2) / 4;
        }
        return Math.abs(mean) > Z * Math.sqrt((squares / m - mean * mean) / m);
    }
}
