package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;

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
 */
public record PairedMoments(long n, long sumS, long sumC, long squareS, long squareC, long cross) {
    private static final double ADDED = 2;
    private static final double ADDED_SQUARE = 1;
    private static final double ADDED_CROSS = 0.5;

    public static PairedMoments of(CellTable table) {
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
        return new PairedMoments(n, sumS, sumC, squareS, squareC, cross);
    }

    /** Mean of d_s with its interval: accuracy gained by the student. Needs n ≥ 1. */
    public Measure gain() {
        return gain(Measure.Z);
    }

    /** The same with {@code z} standard errors on each side. */
    public Measure gain(double z) {
        return difference(sumS, squareS, z);
    }

    /** Mean of d_c with its interval: the gap to be recovered. Needs n ≥ 1. */
    public Measure gap() {
        return difference(sumC, squareC, Measure.Z);
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
        double m = n + ADDED;
        double k = Measure.Z * Measure.Z / m;
        double meanS = sumS / m;
        double meanC = sumC / m;
        double a = leading(k, m);
        double b = meanS * meanC - k * ((cross + ADDED_CROSS) / m - meanS * meanC);
        double c = meanS * meanS - k * ((squareS + ADDED_SQUARE) / m - meanS * meanS);
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
        double m = n + ADDED;
        double s = sumS / m;
        double c = sumC / m;
        return new Means(
                s,
                c,
                ((squareS + ADDED_SQUARE) / m - s * s) / m,
                ((cross + ADDED_CROSS) / m - s * c) / m,
                ((squareC + ADDED_SQUARE) / m - c * c) / m);
    }

    /**
     * Probability that another holdout of n examples would resolve the gap, if the true gap equals
     * the estimate: Φ(z − 1.96), z the gap in standard errors. Needs n ≥ 1.
     */
    public double resolvedAgain() {
        Means means = means();
        double z = means.c / Math.sqrt(means.cc) - Measure.Z;
        return z > 0 ? 1 - Normal.upperTail(z) : Normal.upperTail(-z);
    }

    /** Whether {@link #ratio} is bounded; up to rounding the same as {@code gap().low() > 0}. */
    public boolean resolvesGap() {
        double m = n + ADDED;
        return gap().low() > 0 && leading(Measure.Z * Measure.Z / m, m) > 0;
    }

    /** A of {@link #ratio}. */
    private double leading(double k, double m) {
        double meanC = sumC / m;
        return meanC * meanC - k * ((squareC + ADDED_SQUARE) / m - meanC * meanC);
    }

    private Measure difference(long sum, long square, double z) {
        double m = n + ADDED;
        double mean = sum / m;
        double variance = (square + ADDED_SQUARE) / m - mean * mean;
        double half = z * Math.sqrt(variance / m);
        double value = (double) sum / n;
        return new Measure(
                value,
                Math.min(value, Math.max(-1, mean - half)),
                Math.max(value, Math.min(1, mean + half)),
                n);
    }
}
