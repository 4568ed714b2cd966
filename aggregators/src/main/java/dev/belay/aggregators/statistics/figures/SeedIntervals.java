package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.intervals.ClusterRobust;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import dev.belay.aggregators.statistics.intervals.StudentT;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mean gain, mean gap and their ratio over the seeds of a pair, with 95 % intervals that cover the
 * variation over seeds and over holdouts. All seeds are included, also those whose own PGR is
 * undefined.
 *
 * <p>Seeds and examples are crossed random effects: all seeds are evaluated on the same holdout
 * (Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1, 2007; Miller, "Adding error
 * bars to evals", 2024). For X = d_s − θ·d_c let x_r be the mean of seed r over the n examples, S²
 * the variance of the R values x_r, v the mean over seeds of the variance of x_r for a fixed seed,
 * and c the mean covariance of x_r and x_q, r ≠ q, that comes from the shared examples. Then
 * Var(mean of x_r) = E S²/R + c. The counts of single seeds do not determine c. It is at most v
 * (Cauchy–Schwarz), which replaces it: exact if all seeds err on the same examples, else too wide.
 *
 * <p>The interval is mean ± √(t²·S²/R + z²·v), t the quantile with R − 1 degrees of freedom, z the
 * normal one (Howe, "Approximate confidence limits on the mean of X + Y where X and Y are two
 * tabled independent random variables", JASA 69, 1974). Satterthwaite's degrees of freedom
 * (Biometrics Bulletin 2, 1946) give narrower intervals that miss too often with two or three
 * seeds: decision 025. The ratio's interval is Fieller's (JRSS B 16, 1954): all θ for which the
 * interval for the mean of d_s − θ·d_c holds 0. Where examples have groups, v is cluster-robust and
 * z its quantile ({@link ClusterRobust}): all seeds share the groups. Means and variances include
 * the two pseudo-examples of {@link PairedMoments}.
 *
 * @param seeds number of seeds, at least 2
 * @param gain mean over seeds of the gain; {@code n} is the smallest number of examples of a seed
 * @param gap mean over seeds of the gap; null unless every seed has its ceiling counted
 * @param pgr mean gain / mean gap, or the reason why it is undefined
 */
public record SeedIntervals(int seeds, Measure gain, @Nullable Measure gap, Pgr pgr) {

    /**
     * @param seeds the moments of each seed, on the same holdout
     * @param ceiling state of the seeds' ceilings, {@code COUNTED} only if all are counted
     * @return null for fewer than two seeds, whose spread is undefined, and if a seed has no
     *     examples or too few groups
     */
    public static @Nullable SeedIntervals of(List<PairedMoments> seeds, Pgr.Ceiling ceiling) {
        long n = seeds.stream().mapToLong(PairedMoments::n).min().orElse(0);
        int count = seeds.size();
        if (count < 2 || n == 0 || !seeds.stream().allMatch(PairedMoments::hasLimits)) {
            return null;
        }
        double gain = 0;
        double gap = 0;
        double s = 0;
        double c = 0;
        double ss = 0;
        double sc = 0;
        double cc = 0;
        for (PairedMoments seed : seeds) {
            PairedMoments.Means means = seed.means();
            double z2 = seed.quantile() * seed.quantile();
            gain += (double) seed.sumS() / seed.n() / count;
            gap += (double) seed.sumC() / seed.n() / count;
            s += means.s() / count;
            c += means.c() / count;
            ss += z2 * means.ss() / count;
            sc += z2 * means.sc() / count;
            cc += z2 * means.cc() / count;
        }
        double t = StudentT.twoSidedQuantile(count - 1, Measure.CONFIDENCE);
        double between = t * t / (count - 1) / count;
        for (PairedMoments seed : seeds) {
            PairedMoments.Means means = seed.means();
            ss += between * (means.s() - s) * (means.s() - s);
            sc += between * (means.s() - s) * (means.c() - c);
            cc += between * (means.c() - c) * (means.c() - c);
        }
        Measure gains = Measure.around(gain, s, Math.sqrt(ss), n);
        if (ceiling != Pgr.Ceiling.COUNTED) {
            return new SeedIntervals(count, gains, null, Pgr.without(ceiling));
        }
        Measure gaps = Measure.around(gap, c, Math.sqrt(cc), n);
        double leading = c * c - cc;
        if (gaps.low() <= 0 || leading <= 0) {
            return new SeedIntervals(count, gains, gaps, Pgr.unresolved(gaps));
        }
        Measure ratio = PairedMoments.fieller(gain / gap, leading, s * c - sc, s * s - ss, n);
        return new SeedIntervals(count, gains, gaps, new Pgr(ratio, null));
    }
}
