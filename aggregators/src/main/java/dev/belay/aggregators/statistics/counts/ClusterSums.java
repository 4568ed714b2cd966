package dev.belay.aggregators.statistics.counts;

import dev.belay.aggregators.statistics.counts.PairTable.Moment;
import dev.belay.schemas.IdHash;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The examples of a table that have a group, summed by cluster; examples without a group are in no
 * cluster. A cluster holds all groups with the same hash modulo {@link #CLUSTERS}, so it consists
 * of whole groups, and clusters are independent of each other where groups are (random groups:
 * Wolter, "Introduction to Variance Estimation", 2007, chapter 2). Sums by cluster are additive
 * over examples, so they merge over shards and take corrections back like all other counts.
 *
 * <p>Memory: at most 1,024 clusters, whatever the number of groups; stored, some 20 bytes each.
 */
public final class ClusterSums {
    /** Number of clusters. */
    public static final int CLUSTERS = 1 << 10;

    /** In place of a cluster: the example has no group. */
    public static final int NONE = -1;

    // layout of keys: WIDTH for each cluster, 16 cells and the sums of the moments' terms; behind
    // the last cluster the number of examples in all of them and the sums of the terms' squares
    static final int WIDTH = 32;
    static final int TOTAL = CLUSTERS * WIDTH;

    private final List<Cluster> clusters;
    private final double grouped;
    private final double[] squares = new double[WIDTH];

    /**
     * Sums over the examples of one cluster.
     *
     * @param sums counts by cell, then the sums of the terms
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Cluster(double[] sums) {
        /** Σ score·count over cells. */
        public double of(double[] scores) {
            double sum = 0;
            for (int cell = 0; cell < CellTable.SIZE; cell++) {
                sum += scores[cell] * sums[cell];
            }
            return sum;
        }

        /** Examples. */
        public double n() {
            return Arrays.stream(sums, 0, CellTable.SIZE).sum();
        }

        /** Σ of a term. */
        public double sum(Moment term) {
            return sums[at(term)] / ExampleTerms.ONE;
        }
    }

    ClusterSums(SparseCounts counts) {
        TreeMap<Long, double[]> byCluster = new TreeMap<>();
        counts.forEach(
                (key, count) ->
                        byCluster
                                        .computeIfAbsent(key / WIDTH, c -> new double[WIDTH])[
                                        (int) (key % WIDTH)] =
                                count);
        double[] total = byCluster.remove((long) CLUSTERS);
        if (total != null) {
            System.arraycopy(total, 0, squares, 0, WIDTH);
        }
        grouped = squares[0];
        clusters = byCluster.values().stream().map(Cluster::new).toList();
    }

    /** The cluster of a group, by a hash of its own: draws and splits hash groups too. */
    public static int clusterOf(@Nullable String group) {
        return group == null ? NONE : (int) (IdHash.bits("cluster", group) & (CLUSTERS - 1));
    }

    static int at(Moment term) {
        return CellTable.SIZE - 1 + term.place;
    }

    /** Examples that have a group. */
    public long grouped() {
        return (long) grouped;
    }

    /** The clusters that have examples; none of PROGRESSIVE counts, which are not by cluster. */
    public List<Cluster> clusters() {
        return clusters;
    }

    /** Σ of a figure over clusters. */
    public double sum(ToDoubleFunction<Cluster> of) {
        return clusters.stream().mapToDouble(of).sum();
    }

    /** Σ of the squares of a term over the examples that have a group. */
    public double squares(Moment term) {
        return squares[at(term)] / ExampleTerms.ONE_SQUARE;
    }
}
