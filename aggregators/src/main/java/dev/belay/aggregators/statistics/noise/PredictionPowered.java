package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * Error rate of the labels from truth on a random share of the examples and from a model's
 * predictions on all of them (PPI++: Angelopoulos, Duchi and Zrnic, "PPI++: Efficient
 * prediction-powered inference", arXiv 2311.01453, 2023).
 *
 * <p>With e = [label ≠ truth] on n examples with truth, and f = [model's prediction ≠ label] on
 * them and on N examples without, θ = mean_n(e) + λ·(mean_N(f) − mean_n(f)) is unbiased for every
 * fixed λ if each example has truth with the same probability. Its variance (σ²_e − 2λ·σ_ef +
 * λ²·σ²_f) / n + λ²·σ²_f / N is least at λ = σ_ef / (σ²_f·(1 + n/N)), which is below 1 for
 * indicators; below 0 counts as 0. The model may be wrong or biased: it changes the width only. It
 * must have predicted each example before it learned from it.
 *
 * <p>Means and variances have two pseudo-examples with truth, half an example in each outcome of
 * (e, f), as in {@code PairedMoments}; the interval is θ ± z·√variance. Simulated coverage over 412
 * cells with 25 or more expected errors (two classes, error rates .05 to .4, truth on .05 to .5 of
 * 1,000 to 10,000 examples, models with error rates .05 to .2 whose errors correlate 0 to .3 with
 * the labels'): .951 on average, .945 in the worst cell (30,000 draws). Without pseudo-examples
 * .949 and .938; Wilson's interval for the effective number of examples .949 and .934. Misses are
 * more often above the rate than below, as those of other symmetric intervals: .030 and .020 at
 * error rate .2 with truth on 300 of 3,000 (200,000 draws).
 *
 * <p>Not valid where truth is no random sample. Predictions then correct a part of the bias: in a
 * simulation with more truth on easy examples −.011 instead of −.067 at error rate .2, coverage .8
 * at 3,000 examples and .5 at 20,000, because the bias stays while the width shrinks.
 *
 * <p>Used only from {@value #LEAST} observed errors, and as many right labels; otherwise truth
 * only, exact. Observed counts, because expected ones are unknown; the simulation includes cells
 * that are at the threshold, where each draw decides for itself.
 *
 * @param rate P(label ≠ truth); its n is the number of examples with truth
 * @param lambda weight of the predictions, in [0, 1); 0: truth only
 * @param relativeWidth length of the interval over that from truth only ({@link Rate}), about √(1 −
 *     ρ²·N/(n + N)), ρ the correlation of e and f: no model makes it less than √(n/(n + N)), which
 *     is .71 if half of the examples have truth. At error rate .2 and a model with error rate .1:
 *     .70 to .80 (truth on a fifth or less)
 * @param estimator what was used
 */
public record PredictionPowered(
        Measure rate, double lambda, double relativeWidth, Estimator estimator) {
    /** Errors, and right labels, with truth below which predictions are not used. */
    public static final int LEAST = 25;

    private static final double ADDED = 2;
    private static final double TAIL = (1 - Measure.CONFIDENCE) / 2;

    /** Source of an estimate. */
    public enum Estimator {
        /** Examples with truth, and predictions on all. */
        PREDICTION_POWERED,
        /** Examples with truth only. */
        TRUTH_ONLY
    }

    /**
     * Sufficient statistics.
     *
     * @param n examples with truth, a label and a prediction
     * @param wrong those of n whose label differs from the truth: Σe
     * @param differ those of n whose prediction differs from the label: Σf
     * @param both those of n with both: Σef
     * @param without N, examples with a label and a prediction, but no truth
     * @param differWithout those of N whose prediction differs from the label: Σf
     */
    public record Counts(
            long n, long wrong, long differ, long both, long without, long differWithout) {
        public Counts {
            if (both < 0
                    || both > Math.min(wrong, differ)
                    || wrong + differ - both > n
                    || differWithout < 0
                    || differWithout > without) {
                throw new IllegalArgumentException(
                        ("not counts of examples: n %d, wrong %d, differ %d, both %d;"
                                        + " without truth %d, differ %d")
                                .formatted(n, wrong, differ, both, without, differWithout));
            }
        }

        public Counts merge(Counts other) {
            return new Counts(
                    Math.addExact(n, other.n),
                    Math.addExact(wrong, other.wrong),
                    Math.addExact(differ, other.differ),
                    Math.addExact(both, other.both),
                    Math.addExact(without, other.without),
                    Math.addExact(differWithout, other.differWithout));
        }
    }

    /** Null if no example has truth. */
    public static @Nullable PredictionPowered of(Counts counts) {
        if (counts.n == 0) {
            return null;
        }
        if (Math.min(counts.wrong, counts.n - counts.wrong) < LEAST) {
            return truthOnly(exact(counts.wrong, counts.n));
        }
        Measure truthOnly = requireNonNull(Rate.of(counts.wrong, counts.n));
        double n = counts.n + ADDED;
        double e = (counts.wrong + ADDED / 2) / n;
        double f = (counts.differ + ADDED / 2) / n;
        double covariance = (counts.both + ADDED / 4) / n - e * f;
        // without pseudo-examples as well: they alone make predictions correlate a little
        boolean useful =
                covariance > 0
                        && (double) counts.both * counts.n > (double) counts.wrong * counts.differ;
        if (counts.without == 0 || !useful) {
            return truthOnly(truthOnly);
        }
        double without = counts.without;
        double ofF = f * (1 - f);
        double lambda = covariance / (ofF * (1 + n / without));
        // all examples have the same variance of f, so all estimate it
        double all = (counts.differ + ADDED / 2 + counts.differWithout) / (n + without);
        double variance =
                (e * (1 - e) - 2 * lambda * covariance + lambda * lambda * ofF) / n
                        + lambda * lambda * all * (1 - all) / without;
        double unlabeled = counts.differWithout / without;
        double centre = e + lambda * (unlabeled - f);
        double value = truthOnly.value() + lambda * (unlabeled - (double) counts.differ / counts.n);
        Measure rate = within(value, centre, Measure.Z * Math.sqrt(variance), counts.n);
        return new PredictionPowered(
                rate, lambda, width(rate) / width(truthOnly), Estimator.PREDICTION_POWERED);
    }

    private static PredictionPowered truthOnly(Measure rate) {
        return new PredictionPowered(rate, 0, 1, Estimator.TRUTH_ONLY);
    }

    private static double width(Measure measure) {
        return measure.high() - measure.low();
    }

    /** The estimate may be outside [0, 1] if truth is no random sample. */
    private static Measure within(double value, double centre, double half, long n) {
        double inside = Math.max(0, Math.min(1, value));
        return new Measure(
                inside,
                Math.min(inside, Math.max(0, centre - half)),
                Math.max(inside, Math.min(1, centre + half)),
                n);
    }

    /** Clopper and Pearson's interval, at any n because few are wrong, or few are right. */
    private static Measure exact(long wrong, long n) {
        if (n > Integer.MAX_VALUE) {
            return requireNonNull(Rate.of(wrong, n));
        }
        int few = (int) Math.min(wrong, n - wrong);
        double low = few == 0 ? 0 : root(few - 1, (int) n, 1 - TAIL);
        double high = root(few, (int) n, TAIL);
        double share = (double) wrong / n;
        return few == wrong
                ? new Measure(share, Math.min(low, share), Math.max(high, share), n)
                : new Measure(share, Math.min(1 - high, share), Math.max(1 - low, share), n);
    }

    /** The p at which P(Binomial(n, p) ≤ k), which falls as p rises, is {@code probability}. */
    private static double root(int k, int n, double probability) {
        double low = 0;
        double high = 1;
        while (true) {
            double p = (low + high) / 2;
            if (p <= low || p >= high) {
                return p;
            }
            if (Rate.atMost(k, n, p) > probability) {
                low = p;
            } else {
                high = p;
            }
        }
    }
}
