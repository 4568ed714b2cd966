package dev.belay.benchmarks.coverage;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How often the intervals over seeds hold the truth.
 *
 * @param gain coverage of the interval for the mean gain
 * @param gap of that for the mean gap
 * @param ratio of Fieller's set for their ratio, over all draws, unbounded sets counted
 * @param defined share of draws in which the ratio is defined
 * @param range share of draws in which the ratio lies between the lowest and the highest PGR of
 *     those seeds whose PGR is defined
 * @param width of the interval for the mean gain, mean, over that of a normal interval that knows
 *     the variance
 */
record SeedSample(
        double gain, double gap, double ratio, double defined, double range, double width) {
    /** .975 quantiles of Student's t with one degree of freedom less than there are seeds. */
    private static final Map<Integer, Double> T =
            Map.of(3, 4.302652729911275, 5, 2.7764451051977987, 10, 2.2621571627409915);

    private static final double SUPERVISOR = .70;
    private static final double STUDENT = .78;
    private static final double CEILING = .85;

    /**
     * Seeds of one pair. A model's accuracy is that of its kind plus a normal shift of its seed. An
     * example is as hard as u says for all, as its own number says for each kind of model in all
     * seeds, and as chance says for each: a model is right if √.3·u + √shared·k + √(.7 − shared)·e
     * ≤ Φ⁻¹(accuracy).
     *
     * @param seeds number of seeds
     * @param n examples of the holdout
     * @param spread standard deviation of accuracies over seeds
     * @param shared part of a model's own errors that all its seeds make, in [0, .7]
     */
    record Setting(int seeds, int n, double spread, double shared) {}

    static SeedSample of(Setting setting, int draws, Trio.Sampler sampler) {
        double gain = STUDENT - SUPERVISOR;
        double gap = CEILING - SUPERVISOR;
        int[] held = new int[5];
        double width = 0;
        double sum = 0;
        double squares = 0;
        for (int draw = 0; draw < draws; draw++) {
            List<CellTable> seeds = draw(setting, sampler);
            SeedIntervals found =
                    SeedIntervals.of(
                            seeds.stream().map(PairedMoments::of).toList(), Pgr.Ceiling.COUNTED);
            if (found == null) {
                throw new IllegalStateException("no intervals from " + setting);
            }
            Measure ratio = found.pgr().measure();
            held[0] += FixedSample.holds(found.gain(), gain);
            held[1] += FixedSample.holds(found.gap(), gap);
            held[2] +=
                    ratio == null ? inSet(seeds, gain / gap) : FixedSample.holds(ratio, gain / gap);
            held[3] += ratio == null ? 0 : 1;
            held[4] += inRange(seeds, gain / gap);
            width += found.gain().high() - found.gain().low();
            sum += found.gain().value();
            squares += found.gain().value() * found.gain().value();
        }
        double all = draws;
        double deviation = Math.sqrt(squares / all - sum / all * (sum / all));
        return new SeedSample(
                held[0] / all,
                held[1] / all,
                held[2] / all,
                held[3] / all,
                held[4] / all,
                width / all / (2 * FixedSample.Z * deviation));
    }

    /** The least of the three coverages. */
    double least() {
        return Math.min(gain, Math.min(gap, ratio));
    }

    private static List<CellTable> draw(Setting setting, Trio.Sampler sampler) {
        int seeds = setting.seeds();
        double[] accuracies = {SUPERVISOR, STUDENT, CEILING};
        double[][] limits = new double[seeds][3];
        for (double[] limit : limits) {
            for (int kind = 0; kind < 3; kind++) {
                double shift = setting.spread() * sampler.normal();
                limit[kind] =
                        sampler.quantile(Math.max(.01, Math.min(.99, accuracies[kind] + shift)));
            }
        }
        double all = Math.sqrt(.3);
        double kinds = Math.sqrt(setting.shared());
        double own = Math.sqrt(.7 - setting.shared());
        long[][] cells = new long[seeds][CellTable.SIZE];
        double[] hard = new double[3];
        for (int i = 0; i < setting.n(); i++) {
            double u = all * sampler.normal();
            for (int kind = 0; kind < 3; kind++) {
                hard[kind] = u + kinds * sampler.normal();
            }
            for (int seed = 0; seed < seeds; seed++) {
                double[] limit = limits[seed];
                int w = hard[0] + own * sampler.normal() <= limit[0] ? 0 : 1;
                int s = hard[1] + own * sampler.normal() <= limit[1] ? 0 : 1;
                boolean ceiling = hard[2] + own * sampler.normal() <= limit[2];
                cells[seed][CellTable.cell(0, w, s, ceiling)]++;
            }
        }
        List<CellTable> tables = new ArrayList<>();
        for (long[] counts : cells) {
            tables.add(CellTable.of(counts));
        }
        return tables;
    }

    /**
     * Whether θ is in the set of the ratio, by its definition: mean ± √(t²·S²/R + z²·v) holds 0.
     */
    private static int inSet(List<CellTable> seeds, double theta) {
        double sum = 0;
        double squares = 0;
        double within = 0;
        double count = seeds.size();
        for (CellTable seed : seeds) {
            double[] x = FixedSample.meanAndVariance(seed, theta);
            sum += x[0];
            squares += x[0] * x[0];
            within += x[1] / count;
        }
        double mean = sum / count;
        double between = (squares / count - mean * mean) / (count - 1); // S²/R
        double t = Objects.requireNonNull(T.get(seeds.size()), "no quantile for so many seeds");
        double half = Math.sqrt(t * t * between + FixedSample.Z * FixedSample.Z * within);
        return Math.abs(mean) <= half ? 1 : 0;
    }

    private static int inRange(List<CellTable> seeds, double ratio) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (CellTable seed : seeds) {
            Measure pgr = PairStatistics.of(seed, Pgr.Ceiling.COUNTED).pgr().measure();
            if (pgr != null) {
                low = Math.min(low, pgr.value());
                high = Math.max(high, pgr.value());
            }
        }
        return low <= ratio && ratio <= high ? 1 : 0;
    }
}
