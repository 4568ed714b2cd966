package dev.belay.aggregators.statistics.intervals;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.figures.PairStatistics;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.intervals.GroupedExamples.One;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Simulated coverage of cluster-robust intervals. */
class ClusterCoverageTest {
    /**
     * Coverage over draws of 20 to 60 groups of 1 to 5 examples: a model is right on an example if
     * √ρ·v + √(1 − ρ)·e is below a quantile, v of the model and the group, e of the example.
     */
    @Test
    void intervalsHaveTheirNominalCoverageAndThoseThatIgnoreGroupsDoNot() {
        Random random = new Random(20270115);
        for (int groups : new int[] {20, 30, 60}) {
            for (double alike : new double[] {.3, .8}) {
                int draws = 600;
                int[] held = new int[4];
                for (int draw = 0; draw < draws; draw++) {
                    GroupedExamples examples = correlated(groups, alike, random);
                    PairTable table = examples.table(true);
                    PairStatistics robust = PairStatistics.of(table, Pgr.Ceiling.COUNTED);
                    PairStatistics naive = PairStatistics.of(table.cells(), Pgr.Ceiling.COUNTED);
                    held[0] += holds(robust.gain(), .08);
                    held[1] += holds(robust.gap(), .18);
                    held[2] += holds(robust.studentAccuracy(), .78);
                    held[3] += holds(naive.gain(), .08);
                }
                String what = groups + " groups, " + alike + ": " + Arrays.toString(held);
                for (int k = 0; k < 3; k++) {
                    assertTrue(held[k] >= .935 * draws, what); // .95 less 1.7 standard errors
                }
                assertTrue(held[3] <= (alike > .5 ? .85 : .92) * draws, what);
            }
        }
    }

    private static int holds(@Nullable Measure measure, double truth) {
        Measure found = requireNonNull(measure);
        return found.low() <= truth && truth <= found.high() ? 1 : 0;
    }

    /** Accuracies .70, .78 and .88: the normal quantiles .5244, .7722 and 1.1750. */
    private static GroupedExamples correlated(int groups, double alike, Random random) {
        double[] limits = {.5244, .7722, 1.1750};
        List<One> all = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            double[] v = new double[3];
            for (int model = 0; model < 3; model++) {
                v[model] = Math.sqrt(alike) * random.nextGaussian();
            }
            for (int i = random.nextInt(5); i >= 0; i--) {
                int[] predicted = new int[3]; // the truth is 0
                for (int model = 0; model < 3; model++) {
                    double e = Math.sqrt(1 - alike) * random.nextGaussian();
                    predicted[model] = v[model] + e <= limits[model] ? 0 : 1;
                }
                all.add(new One("g" + g, 0, row(predicted[0]), row(predicted[1]), predicted[2]));
            }
        }
        return new GroupedExamples(all);
    }

    private static float[] row(int predicted) {
        return predicted == 0 ? new float[] {.8f, .1f, .1f} : new float[] {.1f, .8f, .1f};
    }
}
