package dev.belay.benchmarks.coverage;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterCounter;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.figures.Gate;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;

/**
 * Coverage of intervals if the examples of a group are correlated, over the draws with enough
 * groups for limits.
 *
 * @param limits share of draws with limits
 * @param student coverage of the cluster-robust interval for the student's accuracy
 * @param gain of that for the gain
 * @param gap of that for the gap
 * @param fieller of Fieller's set for PGR, unbounded sets counted
 * @param passed share of draws in which a student that is no better passes its first gate
 * @param naiveGain coverage of the interval for the gain that takes all examples as independent
 * @param naiveFieller of Fieller's set likewise
 * @param naivePassed likewise for the gate that ignores groups
 * @param width mean width of the interval for the gain, divided by that of a normal interval with
 *     known variance
 */
record GroupSample(
        double limits,
        double student,
        double gain,
        double gap,
        double fieller,
        double passed,
        double naiveGain,
        double naiveFieller,
        double naivePassed,
        double width) {
    private static final double SUPERVISOR = .70;
    private static final double STUDENT = .78;
    private static final double CEILING = .88;
    private static final double MOST_IN_GROUP = 5;

    /**
     * Groups of 1 to 5 examples. A model is right on an example if √ρ·v + √(1 − ρ)·(√.4·u + √.6·e)
     * ≤ Φ⁻¹(accuracy): v is of the model and the group, u of the example, e of both.
     *
     * @param groups number of groups
     * @param correlation ρ, of examples of one group, in [0, 1)
     */
    record Setting(int groups, double correlation) {}

    static GroupSample of(Setting setting, int draws, Trio.Sampler sampler) {
        double gain = STUDENT - SUPERVISOR;
        double gap = CEILING - SUPERVISOR;
        int[] held = new int[8];
        int limits = 0;
        double width = 0;
        double sum = 0;
        double squares = 0;
        for (int draw = 0; draw < draws; draw++) {
            PairTable table = draw(setting, STUDENT, sampler);
            PairTable noBetter = draw(setting, SUPERVISOR, sampler);
            PairStatistics robust = PairStatistics.of(table, Pgr.Ceiling.COUNTED);
            Measure found = robust.gain();
            if (found == null || Double.isInfinite(found.high())) {
                continue;
            }
            limits++;
            PairedMoments naive = PairedMoments.of(table.cells());
            held[0] += FixedSample.holds(robust.studentAccuracy(), STUDENT);
            held[1] += FixedSample.holds(found, gain);
            held[2] += FixedSample.holds(robust.gap(), gap);
            held[3] += inSet(PairedMoments.of(table), gain / gap);
            held[4] += passes(PairedMoments.of(noBetter));
            held[5] += FixedSample.holds(naive.gain(), gain);
            held[6] += inSet(naive, gain / gap);
            held[7] += passes(PairedMoments.of(noBetter.cells()));
            width += found.high() - found.low();
            sum += found.value();
            squares += found.value() * found.value();
        }
        double all = limits;
        double deviation = Math.sqrt(squares / all - sum / all * (sum / all));
        return new GroupSample(
                all / draws,
                held[0] / all,
                held[1] / all,
                held[2] / all,
                held[3] / all,
                held[4] / all,
                held[5] / all,
                held[6] / all,
                held[7] / all,
                width / all / (2 * FixedSample.Z * deviation));
    }

    private static int passes(PairedMoments moments) {
        return moments.hasLimits() && Gate.of(1, moments).passed() ? 1 : 0;
    }

    /** Whether θ is in Fieller's set: 0 is in the interval for the mean of d_s − θ·d_c. */
    private static int inSet(PairedMoments moments, double theta) {
        PairedMoments.Means of = moments.means();
        double mean = of.s() - theta * of.c();
        double variance = of.ss() - 2 * theta * of.sc() + theta * theta * of.cc();
        return Math.abs(mean) <= moments.quantile() * Math.sqrt(variance) ? 1 : 0;
    }

    private static PairTable draw(Setting setting, double student, Trio.Sampler sampler) {
        double[] limits = {
            sampler.quantile(SUPERVISOR), sampler.quantile(student), sampler.quantile(CEILING)
        };
        double within = Math.sqrt(setting.correlation());
        double example = Math.sqrt((1 - setting.correlation()) * .4);
        double own = Math.sqrt((1 - setting.correlation()) * .6);
        PairCounter counter = new PairCounter(2);
        ClusterCounter clusters = new ClusterCounter();
        double[] ofGroup = new double[limits.length];
        int[] predicted = new int[limits.length];
        for (int group = 0; group < setting.groups(); group++) {
            int cluster = (int) (sampler.uniform() * ClusterSums.CLUSTERS);
            for (int model = 0; model < limits.length; model++) {
                ofGroup[model] = within * sampler.normal();
            }
            int size = 1 + (int) (sampler.uniform() * MOST_IN_GROUP);
            for (int i = 0; i < size; i++) {
                double u = example * sampler.normal();
                for (int model = 0; model < limits.length; model++) {
                    predicted[model] =
                            ofGroup[model] + u + own * sampler.normal() <= limits[model] ? 0 : 1;
                }
                counter.cell(0, predicted[0], predicted[1], predicted[2], 1);
                clusters.cell(
                        cluster, CellTable.cell(0, predicted[0], predicted[1], predicted[2] == 0));
            }
        }
        return counter.table(clusters);
    }
}
