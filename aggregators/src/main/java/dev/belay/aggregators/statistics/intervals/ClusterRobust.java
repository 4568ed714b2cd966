package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.ClusterSums.Cluster;
import dev.belay.aggregators.statistics.counts.ExampleTerms;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Moment;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Cluster-robust variances of shares and means over a table whose examples are independent between
 * groups but not within. Groups are in {@link ClusterSums clusters}; an example without a group is
 * a cluster by itself.
 *
 * <p>With residuals u_g = A_g − θ·B_g in cluster g, a ratio θ = A / B of sums over examples has the
 * variance Σ u_g² / (1 − B_g/B) / B² (Liang &amp; Zeger, Biometrika 73, 1986; the divisors are CR2
 * of Bell &amp; McCaffrey, Survey Methodology 28, 2002, for G equal clusters the factor G/(G − 1)).
 * The quantile is Student's with (ΣB_g²)² / ΣB_g⁴ − 1 degrees of freedom, Satterthwaite's for
 * clusters whose examples are all alike: G − 1 for equal clusters, fewer for unequal ones (Imbens
 * &amp; Kolesár, Review of Economics and Statistics 98, 2016; Carter, Schnepel &amp; Steigerwald,
 * the same 99, 2017). Below {@value #LEAST_DEGREES} of them intervals have no limits.
 *
 * <p>The two pseudo-examples of {@link PairedMoments} are two clusters of size k = ΣB_g² / B here,
 * the mean size of the cluster of a randomly drawn example. If no example had a group, k would be 1
 * and all variances, except for the divisors, would equal those computed without clusters.
 */
public final class ClusterRobust {
    /** Degrees of freedom below which an interval has no limits. */
    public static final int LEAST_DEGREES = 8;

    // two pseudo-examples, a quarter in each of the eight outcomes (w, s, c right or not); on half
    // of those that both get wrong they predict the same class
    private static final double[] PSEUDO = new double[CellTable.SIZE];

    static {
        for (int cell = 0; cell < CellTable.SIZE; cell++) {
            boolean bothWrong = (cell & (CellTable.SUPERVISOR | CellTable.STUDENT)) == 0;
            PSEUDO[cell] = !CellTable.possible(cell) ? 0 : bothWrong ? 0.125 : 0.25;
        }
    }

    private final CellTable cells;
    private final double[] counts; // of the cells
    private final ClusterSums clusters;
    private final double[] alone = new double[CellTable.SIZE]; // examples without a group
    private final double[] among; // 1 for the cells in the denominator, else 0
    private final double size; // k
    private final double total; // B with the pseudo-examples
    private final int degrees;

    private ClusterRobust(CellTable cells, ClusterSums clusters, double[] among) {
        this.cells = cells;
        this.counts = LongStream.of(cells.toArray()).asDoubleStream().toArray();
        this.clusters = clusters;
        this.among = among;
        double single = 0;
        for (int cell = 0; cell < CellTable.SIZE; cell++) {
            int at = cell;
            alone[cell] = counts[cell] - clusters.sum(cluster -> cluster.sums()[at]);
            single += among[cell] * alone[cell];
        }
        double squares = single + clusters.sum(cluster -> Math.pow(cluster.of(among), 2));
        double fourths = single + clusters.sum(cluster -> Math.pow(cluster.of(among), 4));
        size = squares / Math.max(1, dot(among, counts));
        total = dot(among, counts) + size * dot(among, PSEUDO);
        degrees = fourths == 0 ? 0 : (int) (squares * squares / fourths - 1 + 1e-9);
    }

    /** Of all examples of a table; null if none has a group. */
    public static @Nullable ClusterRobust of(PairTable table) {
        ClusterSums clusters = table.clusters();
        return clusters == null
                ? null
                : new ClusterRobust(table.cells(), clusters, CellTable.indicator(0, 0));
    }

    /** Restricted to the examples of some cells, given as 1, the others as 0. */
    public ClusterRobust among(double[] some) {
        return new ClusterRobust(cells, clusters, some);
    }

    /** Whether there are enough clusters for limits. */
    public boolean hasLimits() {
        return degrees >= LEAST_DEGREES;
    }

    /** The cluster-robust variances for {@link PairedMoments}. */
    public PairedMoments.Clustered paired() {
        double[] s = residuals(CellTable.difference(CellTable.STUDENT));
        double[] c = residuals(CellTable.difference(CellTable.CEILING));
        return new PairedMoments.Clustered(
                clusters.clusters().size() + cells.n() - clusters.grouped(),
                degrees,
                2 * size,
                total * covariance(s, s),
                total * covariance(s, c),
                total * covariance(c, c));
    }

    /**
     * The share of the examples that are in some cells, which are among those of the denominator.
     * Wilson's interval for the effective number of examples: n over the design effect, times (z /
     * t)² (Korn &amp; Graubard, Survey Methodology 24, 1998; Franco, Little, Louis &amp; Slud,
     * Journal of Survey Statistics and Methodology 7, 2019). A design effect below 1 counts as 1.
     *
     * @return null without examples
     */
    public @Nullable Measure share(double[] of) {
        double n = dot(among, counts);
        if (n == 0) {
            return null;
        }
        double share = dot(of, counts) / n;
        if (!hasLimits()) {
            return Measure.unbounded(share, (long) n);
        }
        double p = mean(of);
        double[] residuals = residuals(of);
        double design = Math.max(1, covariance(residuals, residuals) * total / (p * (1 - p)));
        double worth = n / design * Math.pow(Measure.Z / quantile(), 2);
        return Rate.wilson(share, share * worth, worth, (long) n);
    }

    /**
     * Half the length of the interval of a figure that follows from {@link #mean means}, by the
     * delta method; infinite with too few clusters.
     *
     * @param influence the figure's derivative by the share of each cell, with the mean 0
     */
    public double half(double[] influence) {
        return quantile() * Math.sqrt(covariance(influence, influence));
    }

    /**
     * Half the length of the interval of the mean of a term over all examples, without
     * pseudo-examples; infinite with too few clusters.
     */
    public double half(PairTable table, Moment term, double mean) {
        double n = cells.n();
        double squares = table.moment(term) / ExampleTerms.ONE_SQUARE - clusters.squares(term);
        double sum = mean * n - clusters.sum(cluster -> cluster.sum(term));
        double single = n - clusters.grouped();
        double variance = squares - 2 * mean * sum + mean * mean * single;
        for (Cluster cluster : clusters.clusters()) {
            double residual = cluster.sum(term) - mean * cluster.of(among);
            variance += residual * residual / (1 - cluster.of(among) / n);
        }
        return quantile() * Math.sqrt(Math.max(0, variance)) / n;
    }

    private double quantile() {
        return hasLimits() ? StudentT.quantile(degrees) : Double.POSITIVE_INFINITY;
    }

    /** Mean of scores by cell, the pseudo-examples included. */
    public double mean(double[] of) {
        return (dot(of, counts) + size * dot(of, PSEUDO)) / total;
    }

    private double[] residuals(double[] of) {
        double mean = mean(of);
        double[] residuals = of.clone();
        for (int cell = 0; cell < residuals.length; cell++) {
            residuals[cell] -= mean * among[cell];
        }
        return residuals;
    }

    /** Covariance of two means over examples, of scores by cell with the mean 0. */
    private double covariance(double[] x, double[] y) {
        double sum = 0;
        for (int cell = 0; cell < CellTable.SIZE; cell++) {
            sum += (alone[cell] + size * size * PSEUDO[cell]) * x[cell] * y[cell];
        }
        for (Cluster cluster : clusters.clusters()) {
            sum += cluster.of(x) * cluster.of(y) / (1 - cluster.of(among) / total);
        }
        return sum / total / total;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
