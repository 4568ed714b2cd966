package dev.belay.benchmarks.coverage;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How often the intervals of one sample, looked at once, hold the truth.
 *
 * @param trio what was drawn from
 * @param n examples in each draw
 * @param student coverage of the interval for the student's accuracy
 * @param gain of that for the gain
 * @param gap of that for the gap
 * @param fieller of Fieller's set for PGR, over all draws, unbounded sets counted
 * @param defined share of draws in which PGR is defined
 * @param whenDefined coverage of the interval that is reported, over those draws; NaN if there are
 *     none
 * @param median of the PGRs of those draws; NaN likewise
 * @param barely share of those draws whose gap is barely resolved
 */
record FixedSample(
        Trio trio,
        int n,
        double student,
        double gain,
        double gap,
        double fieller,
        double defined,
        double whenDefined,
        double median,
        double barely) {
    static final double Z = 1.959963984540054;

    static FixedSample of(Trio trio, int n, int draws, Trio.Sampler sampler) {
        int student = 0;
        int gain = 0;
        int gap = 0;
        int fieller = 0;
        int defined = 0;
        int whenDefined = 0;
        int barely = 0;
        double[] values = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            CellTable cells = trio.draw(n, sampler);
            PairStatistics figures = PairStatistics.of(cells, Pgr.Ceiling.COUNTED);
            student += holds(figures.studentAccuracy(), trio.student());
            gain += holds(figures.gain(), trio.student() - trio.supervisor());
            gap += holds(figures.gap(), trio.ceiling() - trio.supervisor());
            fieller += inSet(cells, trio.pgr()) ? 1 : 0;
            Measure pgr = figures.pgr().measure();
            if (pgr != null) {
                values[defined++] = pgr.value();
                whenDefined += holds(pgr, trio.pgr());
                Double again = Pgr.resolvedAgain(PairedMoments.of(cells));
                barely += again != null && again < Pgr.BARELY ? 1 : 0;
            }
        }
        double all = draws;
        Arrays.sort(values, 0, defined);
        return new FixedSample(
                trio,
                n,
                student / all,
                gain / all,
                gap / all,
                fieller / all,
                defined / all,
                (double) whenDefined / defined,
                defined == 0 ? Double.NaN : values[defined / 2],
                (double) barely / defined);
    }

    static int holds(@Nullable Measure measure, double truth) {
        return measure != null && measure.low() <= truth && truth <= measure.high() ? 1 : 0;
    }

    /** Whether θ is in Fieller's set, bounded or not: 0 is in the interval for the mean of X. */
    private static boolean inSet(CellTable cells, double theta) {
        double[] x = meanAndVariance(cells, theta);
        return Math.abs(x[0]) <= Z * Math.sqrt(x[1]);
    }

    /**
     * Mean of X = d_s − θ·d_c and the variance of this mean. By the definition, outcome by outcome,
     * and not by the closed form; with the two added examples, a quarter of one in each outcome.
     */
    static double[] meanAndVariance(CellTable cells, double theta) {
        double m = 0;
        double sum = 0;
        double squares = 0;
        for (int outcome = 0; outcome < 8; outcome++) {
            int w = outcome >> 2 & 1;
            int s = outcome >> 1 & 1;
            int c = outcome & 1;
            int cell = w << 3 | s << 2 | c << 1;
            double count = 0.25 + cells.get(cell) + cells.get(cell | 1);
            double x = s - w - theta * (c - w);
            m += count;
            sum += count * x;
            squares += count * x * x;
        }
        double mean = sum / m;
        return new double[] {mean, (squares / m - mean * mean) / m};
    }
}
