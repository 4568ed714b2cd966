package dev.belay.benchmarks.coverage;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.intervals.Anytime;
import dev.belay.aggregators.statistics.intervals.Measure;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How often figures that are looked at after every block of a stream are ever wrong.
 *
 * @param name of the way the models drift
 * @param streams how many were watched
 * @param gain share of streams in which the anytime-valid limits for the gain ever missed it
 * @param gap likewise
 * @param pgr likewise, for the ratio of the two while it is defined
 * @param called share in which the student was ever called better than its supervisor
 * @param wald share in which the interval that may be looked at once, looked at all the time,
 *     missed the gain
 * @param width width of the last anytime-valid interval for the gain over that of the other, mean
 */
record Stream(
        String name,
        int streams,
        double gain,
        double gap,
        double pgr,
        double called,
        double wald,
        double width) {
    private static final double CALLED = Math.log(20);

    /**
     * How models drift.
     *
     * @param noBetter whether the student is at no time better than its supervisor
     * @param looks how many times fewer than of the others: ratios of fixed models take long
     * @param at what they are at a share in [0, 1) of the stream
     */
    record Drift(
            String name,
            boolean noBetter,
            Anytime.Models models,
            int looks,
            DoubleFunction<Trio> at) {}

    /** Ways in which models change, or not. */
    static final List<Drift> DRIFTS =
            List.of(
                    new Drift(
                            "student and ceiling learn",
                            false,
                            Anytime.Models.CHANGING,
                            1,
                            t ->
                                    new Trio(
                                            .7,
                                            .55 + .25 * Math.sqrt(t),
                                            .6 + .3 * Math.sqrt(t),
                                            .4)),
                    new Drift(
                            "labels get worse",
                            false,
                            Anytime.Models.CHANGING,
                            1,
                            t -> new Trio(.85 - .25 * t, .85 - .15 * t, .92, .5)),
                    new Drift(
                            "all swing",
                            false,
                            Anytime.Models.CHANGING,
                            1,
                            t -> {
                                double swing = .08 * Math.sin(12 * t);
                                return new Trio(.7 - swing, .75 + swing, .85 + swing / 2, .2);
                            }),
                    new Drift(
                            "student never better, both drift",
                            true,
                            Anytime.Models.CHANGING,
                            1,
                            t -> new Trio(.6 + .3 * t, .6 + .3 * t, .95, .1 + .5 * t)),
                    new Drift(
                            "nothing changes (a fifth of the looks)",
                            false,
                            Anytime.Models.FIXED,
                            5,
                            t -> new Trio(.7, .76, .85, .4)));

    /**
     * @param length examples of a stream
     * @param shortest examples between two looks, where none are left out
     */
    static Stream of(Drift drift, int streams, int length, int shortest, Trio.Sampler sampler) {
        int block = shortest * drift.looks();
        int[] missed = new int[5];
        double width = 0;
        for (int i = 0; i < streams; i++) {
            boolean[] ever = new boolean[missed.length];
            CellTable cells = CellTable.EMPTY;
            double gains = 0;
            double gaps = 0;
            Measure anytimeGain = null;
            Measure onceGain = null;
            for (int from = 0; from < length; from += block) {
                Trio now = drift.at().apply((double) from / length);
                cells = cells.merge(now.draw(block, sampler));
                gains += block * (now.student() - now.supervisor());
                gaps += block * (now.ceiling() - now.supervisor());
                long n = cells.n();
                Anytime anytime = Anytime.of(cells, cells, drift.models());
                if (anytime == null) {
                    throw new IllegalStateException("nothing counted of " + n);
                }
                anytimeGain = anytime.gain();
                onceGain = PairStatistics.of(cells, Pgr.Ceiling.COUNTED).gain();
                ever[0] |= misses(anytimeGain, gains / n);
                ever[1] |= misses(anytime.gap(), gaps / n);
                ever[2] |= misses(anytime.pgr(), gains / gaps);
                ever[3] |= anytime.logEvidence() >= CALLED;
                ever[4] |= misses(onceGain, gains / n);
            }
            for (int k = 0; k < missed.length; k++) {
                missed[k] += ever[k] ? 1 : 0;
            }
            width += width(anytimeGain) / width(onceGain);
        }
        double all = streams;
        return new Stream(
                drift.name(),
                streams,
                missed[0] / all,
                missed[1] / all,
                missed[2] / all,
                missed[3] / all,
                missed[4] / all,
                width / all);
    }

    private static boolean misses(@Nullable Measure measure, double truth) {
        return measure != null && !(measure.low() <= truth && truth <= measure.high());
    }

    private static double width(@Nullable Measure measure) {
        return measure == null ? Double.NaN : measure.high() - measure.low();
    }
}
