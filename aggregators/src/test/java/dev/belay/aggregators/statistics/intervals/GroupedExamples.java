package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterCounter;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Examples in groups, and what follows from them by the definitions: sums over lists of residuals,
 * one example after the other.
 */
record GroupedExamples(List<One> all) {
    static final int CLASSES = 3;

    /**
     * @param group null: none
     * @param w the supervisor's distribution
     * @param s the student's
     * @param c the ceiling's class
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared but by identity
    record One(@Nullable String group, int truth, float[] w, float[] s, int c) {
        int wClass() {
            return predicted(w);
        }

        int sClass() {
            return predicted(s);
        }

        double wRight() {
            return wClass() == truth ? 1 : 0;
        }

        double sRight() {
            return sClass() == truth ? 1 : 0;
        }

        double cRight() {
            return c == truth ? 1 : 0;
        }

        double same() {
            return wClass() == sClass() ? 1 : 0;
        }

        private static int predicted(float[] p) {
            return p[0] >= p[1] && p[0] >= p[2] ? 0 : p[1] >= p[2] ? 1 : 2;
        }
    }

    /** One residual with the sums that it belongs to. */
    record Residual(double u, double size) {}

    /**
     * Groups of 1 to 5 examples that are alike, no two of which are in one cluster, and as many
     * examples without one.
     */
    static GroupedExamples drawn(Random random, int groups, int alone) {
        List<One> all = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
        for (int g = 0; g < groups; g++) {
            String name = "group " + random.nextInt();
            if (!taken.add(ClusterSums.clusterOf(name))) {
                g--;
                continue;
            }
            One first = one(name, random);
            for (int i = random.nextInt(5); i >= 0; i--) {
                all.add(random.nextInt(3) > 0 ? first : one(name, random));
            }
        }
        for (int i = 0; i < alone; i++) {
            all.add(one(null, random));
        }
        return new GroupedExamples(all);
    }

    private static One one(@Nullable String group, Random random) {
        int truth = random.nextInt(CLASSES);
        return new One(
                group,
                truth,
                row(random, random.nextInt(10) < 6 ? truth : random.nextInt(CLASSES)),
                row(random, random.nextInt(10) < 7 ? truth : random.nextInt(CLASSES)),
                random.nextInt(10) < 9 ? truth : (truth + 1) % CLASSES);
    }

    private static float[] row(Random random, int predicted) {
        float top = .5f + .49f * random.nextFloat();
        float[] row = new float[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            row[k] = k == predicted ? top : (1 - top) / 2;
        }
        return row;
    }

    /** As a shard counts them. */
    PairTable table(boolean withCeiling) {
        PairCounter counter = new PairCounter(CLASSES);
        ClusterCounter clusters = new ClusterCounter();
        for (One one : all) {
            int cluster = ClusterSums.clusterOf(one.group());
            int w = one.wClass();
            int s = one.sClass();
            if (withCeiling) {
                counter.cell(one.truth(), w, s, one.c(), 1);
            } else {
                counter.pair(one.truth(), one.w(), 0, w, one.s(), 0, s, 1);
            }
            if (cluster == ClusterSums.NONE) {
                continue;
            }
            if (withCeiling) {
                clusters.cell(cluster, CellTable.cell(one.truth(), w, s, one.cRight() > 0));
            } else {
                clusters.pair(
                        cluster,
                        CellTable.cell(one.truth(), w, s, false),
                        one.truth(),
                        CLASSES,
                        one.w(),
                        0,
                        one.s(),
                        0);
            }
        }
        return counter.table(clusters);
    }

    /** Examples by group; one without a group is its own. */
    List<List<One>> groups() {
        Map<String, List<One>> groups = new HashMap<>();
        int alone = 0;
        for (One one : all) {
            String key = one.group() == null ? "alone " + alone++ : "in " + one.group();
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(one);
        }
        return List.copyOf(groups.values());
    }

    double n() {
        return all.size();
    }

    /** Size of the group of an example drawn at random. */
    double k() {
        return groups().stream().mapToDouble(g -> (double) g.size() * g.size()).sum() / n();
    }

    int degrees() {
        double squares = 0;
        double fourths = 0;
        for (List<One> group : groups()) {
            squares += Math.pow(group.size(), 2);
            fourths += Math.pow(group.size(), 4);
        }
        return (int) Math.floor(squares * squares / fourths - 1 + 1e-9);
    }

    double t() {
        return StudentT.twoSidedQuantile(degrees(), .95);
    }

    /**
     * Variance of the mean of x, without pseudo-examples.
     *
     * @param mean of x
     */
    double variance(ToDoubleFunction<One> x, double mean) {
        return variance(x, mean, List.of(), n());
    }

    /**
     * @param added pseudo-groups
     * @param total examples with them
     */
    double variance(ToDoubleFunction<One> x, double mean, List<Residual> added, double total) {
        double sum = 0;
        for (List<One> group : groups()) {
            double u = 0;
            for (One one : group) {
                u += x.applyAsDouble(one) - mean;
            }
            boolean alone = group.get(0).group() == null;
            sum += u * u / (alone ? 1 : 1 - group.size() / total);
        }
        for (Residual made : added) {
            sum += made.u() * made.u() * made.size() * made.size();
        }
        return sum / total / total;
    }
}
