package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import org.jspecify.annotations.Nullable;

/**
 * Sums over the examples of a table of the paired differences d_s = [ŝ right] − [ŵ right] and d_c =
 * [ĉ right] − [ŵ right], each in {−1, 0, 1}: sufficient for the intervals of gain, gap and PGR.
 *
 * <p>Every interval is for the mean of X = a·d_s + b·d_c after adding two pseudo-examples, a
 * quarter in each of the eight outcomes (ŵ, ŝ, ĉ right or not): mean ± z·√(variance / (n + 2)),
 * with mean = ΣX / (n + 2), variance = ΣX² / (n + 2) − mean². For a difference of two paired
 * proportions this is half an example in each of the four outcomes: Agresti &amp; Min (Statistics
 * in Medicine 24, 2005, "Wald + 2"), which keeps its coverage where the plain Wald interval fails
 * (few discordant examples, variance 0). The pseudo-examples change only n, ΣX² and Σd_s·d_c.
 *
 * @param n examples
 * @param sumS Σ d_s: student's right answers minus the supervisor's
 * @param sumC Σ d_c
 * @param squareS Σ d_s²: examples on which exactly one of the two is right
 * @param squareC Σ d_c²
 * @param cross Σ d_s·d_c
 * @param clustered null: no example has a group, so all are independent
 */
public record PairedMoments(
        long n,
        long sumS,
        long sumC,
        long squareS,
        long squareC,
        long cross,
        @Nullable Clustered clustered) {
    private static final double ADDED = 2;
    private static final double ADDED_SQUARE = 1;
    private static final double ADDED_CROSS = 0.5;

    /**
     * Cluster-robust variances, which replace those of independent examples if examples have
     * groups; see {@link ClusterRobust}.
     *
     * @param clusters number of clusters, examples without a group included
     * @param degrees degrees of freedom of Student's distribution
     * @param added number of pseudo-examples: two clusters of size k
     * @param ss variance of the mean of d_s, times n + added
     * @param sc covariance of both means, times the same
     * @param cc variance of the mean of d_c, times the same
     */
    public record Clustered(
            long clusters, int degrees, double added, double ss, double sc, double cc) {}

    /** Of examples without a group. */
    public PairedMoments(long n, long sumS, long sumC, long squareS, long squareC, long cross) {
        this(n, sumS, sumC, squareS, squareC, cross, null);
    }

    /** Of a table whose examples may have groups. */
    public static PairedMoments of(PairTable table) {
        ClusterRobust robust = ClusterRobust.of(table);
        return of(table.cells(), robust == null ? null : robust.paired());
    }

    /** Of examples without a group. */
    public static PairedMoments of(CellTable table) {
        return of(table, null);
    }

    public static PairedMoments of(CellTable table, @Nullable Clustered clustered) {
        long n = 0;
        long sumS = 0;
        long sumC = 0;
        long squareS = 0;
        long squareC = 0;
        long cross = 0;
        for (int cell = 0; cell < CellTable.SIZE; cell++) {
            long count = table.get(cell);
            if (count < 0) {
                throw new IllegalArgumentException(
                        "statistics need counts, got " + count + " in cell " + cell);
            }
            long w = cell >> 3 & 1;
            long s = (cell >> 2 & 1) - w;
            long c = (cell >> 1 & 1) - w;
            n += count;
            sumS += s * count;
            sumC += c * count;
            squareS += s * s * count;
            squareC += c * c * count;
            cross += s * c * count;
        }
        return new PairedMoments(n, sumS, sumC, squareS, squareC, cross, clustered);
    }

    /** Mean of d_s with its interval: accuracy gained by the student. Needs n ≥ 1. */
    public Measure gain() {
        return difference(sumS, means().ss, quantile());
    }

    /** The same, each limit exceeded with probability {@code tail}. */
    public Measure gain(double tail) {
        double quantile =
                clustered == null
                        ? Normal.upperQuantile(tail)
                        : hasLimits()
                                ? StudentT.twoSidedQuantile(clustered.degrees, 1 - 2 * tail)
                                : Double.POSITIVE_INFINITY;
        return difference(sumS, means().ss, quantile);
    }

    /** Mean of d_c with its interval: the gap to be recovered. Needs n ≥ 1. */
    public Measure gap() {
        return difference(sumC, means().cc, quantile());
    }

    /**
     * By how much groups widen the interval of the gain, as a factor of its variance, at least 1.
     */
    public double design() {
        double independent = new PairedMoments(n, sumS, sumC, squareS, squareC, cross).means().ss;
        return Math.max(1, means().ss / independent);
    }

    /** Whether intervals have limits: false with too few clusters. */
    public boolean hasLimits() {
        return clustered == null || clustered.degrees >= ClusterRobust.LEAST_DEGREES;
    }

    /** How many standard errors intervals have on each side. */
    public double quantile() {
        return clustered == null
                ? Measure.Z
                : hasLimits() ? StudentT.quantile(clustered.degrees) : Double.POSITIVE_INFINITY;
    }

    /**
     * Fieller's interval for θ = E d_s / E d_c: all θ for which 0 is in the interval for the mean
     * of d_s − θ·d_c (Fieller, JRSS B 16, 1954). With means m, variances and covariance v, and k =
     * z² / (n + 2), these are the θ with {@code A·θ² − 2·B·θ + C ≤ 0}, A = m_c² − k·v_cc, B =
     * m_s·m_c − k·v_sc, C = m_s² − k·v_ss. A &gt; 0 if and only if the interval for the gap
     * excludes 0; the set is then [(B − √(B² − AC)) / A, (B + √(B² − AC)) / A].
     *
     * @throws IllegalStateException if the gap's interval contains 0: the set is unbounded
     */
    public Measure ratio() {
        double m = examples();
        double k = quantile() * quantile() / m;
        Variances v = variances();
        double meanS = sumS / m;
        double meanC = sumC / m;
        double a = meanC * meanC - k * v.cc;
        double b = meanS * meanC - k * v.sc;
        double c = meanS * meanS - k * v.ss;
        if (a <= 0) {
            throw new IllegalStateException("the gap is not resolved: " + this);
        }
        return fieller((double) sumS / sumC, a, b, c, n);
    }

    /**
     * All θ with {@code a·θ² − 2·b·θ + c ≤ 0}, a &gt; 0. The estimate solves m_s = θ·m_c and so is
     * inside in exact arithmetic.
     */
    public static Measure fieller(double value, double a, double b, double c, long n) {
        double root = Math.sqrt(Math.max(0, b * b - a * c));
        return new Measure(
                value, Math.min(value, (b - root) / a), Math.max(value, (b + root) / a), n);
    }

    /**
     * Means of d_s and d_c with the pseudo-examples, and their sampling variances and covariance
     * over holdouts of n examples.
     *
     * @param ss variance of the mean of d_s
     * @param sc covariance of the two means
     * @param cc variance of the mean of d_c
     */
    public record Means(double s, double c, double ss, double sc, double cc) {}

    public Means means() {
        double m = examples();
        Variances v = variances();
        return new Means(sumS / m, sumC / m, v.ss / m, v.sc / m, v.cc / m);
    }

    /**
     * Probability that another holdout of n examples would resolve the gap, if the true gap equals
     * the estimate: Φ(z − 1.96), z the gap in standard errors. Needs n ≥ 1.
     */
    public double resolvedAgain() {
        Means means = means();
        double z = means.c / Math.sqrt(means.cc) - quantile();
        return z > 0 ? 1 - Normal.upperTail(z) : Normal.upperTail(-z);
    }

    /** Whether {@link #ratio} is bounded; up to rounding the same as {@code gap().low() > 0}. */
    public boolean resolvesGap() {
        double m = examples();
        double meanC = sumC / m;
        return hasLimits()
                && gap().low() > 0
                && meanC * meanC - quantile() * quantile() / m * variances().cc > 0;
    }

    /** n with the pseudo-examples. */
    private double examples() {
        return n + (clustered == null ? ADDED : clustered.added);
    }

    /** Variances of an example, so that those of means are these over {@link #examples}. */
    private record Variances(double ss, double sc, double cc) {}

    private Variances variances() {
        if (clustered != null) {
            return new Variances(clustered.ss, clustered.sc, clustered.cc);
        }
        double m = examples();
        double s = sumS / m;
        double c = sumC / m;
        return new Variances(
                (squareS + ADDED_SQUARE) / m - s * s,
                (cross + ADDED_CROSS) / m - s * c,
                (squareC + ADDED_SQUARE) / m - c * c);
    }

    private Measure difference(long sum, double variance, double quantile) {
        double half = quantile * Math.sqrt(variance);
        return Measure.around((double) sum / n, sum / examples(), half, n);
    }
}
