package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;
import org.jspecify.annotations.Nullable;

/**
 * Figures that may be read at any moment, as often as one likes, over examples that come one after
 * another: each interval, and the test, is wrong at any time ever with probability 5 % at most.
 *
 * @param gain mean conditional gain so far
 * @param gap mean conditional gap so far; null without a ceiling
 * @param pgr gain over gap so far; null without a ceiling, or unless the gap's limits are above 0
 * @param logEvidence ln of the e-value against "the student is no better than its supervisor": the
 *     claim that it is better may be made once this is at least ln 20 = 3.0; e^−logEvidence is a p
 *     value
 */
public record Anytime(
        Measure gain, @Nullable Measure gap, @Nullable Measure pgr, double logEvidence) {
    private static final double ALPHA = 1 - Measure.CONFIDENCE;

    // how finely the ratios of fixed models are tried, each side
    private static final int STEPS = 2000;

    /** What may be assumed of the models while the examples come. */
    public enum Models {
        /** Each example is predicted by whatever they are just then. */
        CHANGING,
        /** All examples are predicted by the same three checkpoints. */
        FIXED
    }

    /**
     * @param base cells without a ceiling
     * @param withCeiling cells of those examples that the ceiling has predicted too; null: none
     * @return null if nothing is counted
     */
    public static @Nullable Anytime of(
            CellTable base, @Nullable CellTable withCeiling, Models models) {
        PairedMoments pair = PairedMoments.of(base);
        if (pair.n() == 0) {
            return null;
        }
        Measure gain = ConfidenceSequence.limits(pair.sumS(), pair.squareS(), pair.n(), ALPHA);
        double evidence = logEvidence(pair);
        PairedMoments all = withCeiling == null ? null : PairedMoments.of(withCeiling);
        if (all == null || all.n() == 0) {
            return new Anytime(gain, null, null, evidence);
        }
        return new Anytime(
                gain,
                ConfidenceSequence.limits(all.sumC(), all.squareC(), all.n(), ALPHA),
                models == Models.FIXED ? fixedRatio(all) : quotient(all),
                evidence);
    }

    /**
     * The quotient of two sequences at α/2 each: right while models change, for then it is about
     * (mean gain so far) / (mean gap so far). Null unless the gap's limits are above 0.
     */
    static @Nullable Measure quotient(PairedMoments m) {
        Measure gain = ConfidenceSequence.limits(m.sumS(), m.squareS(), m.n(), ALPHA / 2);
        Measure gap = ConfidenceSequence.limits(m.sumC(), m.squareC(), m.n(), ALPHA / 2);
        if (gap.low() <= 0) {
            return null;
        }
        return new Measure(
                gain.value() / gap.value(),
                Math.min(gain.low() / gap.low(), gain.low() / gap.high()),
                Math.max(gain.high() / gap.low(), gain.high() / gap.high()),
                m.n());
    }

    /**
     * For fixed models, narrower: the ratios θ for which 0 is within the limits for the mean of
     * (d_s − θ·d_c) / (1 + |θ|), which is in [−1, 1]. Not valid when models change, where one θ
     * would have to hold at each example. θ = t / (1 − |t|) is tried for t in steps of 1/2000, and
     * the limits are the first ratios outside all that are accepted; null if they have no end.
     */
    static @Nullable Measure fixedRatio(PairedMoments m) {
        int first = STEPS + 1;
        int last = -STEPS - 1;
        for (int i = -STEPS; i <= STEPS; i++) {
            double t = (double) i / STEPS;
            // (d_s − θ·d_c)/(1 + |θ|) = (1 − |t|)·d_s − t·d_c
            double s = 1 - Math.abs(t);
            double sum = s * m.sumS() - t * m.sumC();
            double squares = s * s * m.squareS() - 2 * s * t * m.cross() + t * t * m.squareC();
            if (ConfidenceSequence.logMixture(Math.abs(sum), squares) < Math.log(2 / ALPHA)) {
                first = Math.min(first, i);
                last = Math.max(last, i);
            }
        }
        if (m.sumC() <= 0 || first - 1 <= -STEPS || last + 1 >= STEPS || first > last) {
            return null;
        }
        double value = (double) m.sumS() / m.sumC();
        return new Measure(
                value, Math.min(value, theta(first - 1)), Math.max(value, theta(last + 1)), m.n());
    }

    private static double theta(int step) {
        double t = (double) step / STEPS;
        return t / (1 - Math.abs(t));
    }

    /**
     * ln Σ_k w_k·(1 + λ_k)^a·(1 − λ_k)^b, a examples on which the student alone is right, b on
     * which the supervisor alone is: a nonnegative supermartingale that starts at 1 as long as the
     * student is no better, whatever its share of discordant examples; the weights are those of
     * {@link ConfidenceSequence} (Waudby-Smith and Ramdas, "Estimating means of bounded random
     * variables by betting", JRSS B 86, 2024).
     */
    static double logEvidence(PairedMoments m) {
        long a = (m.squareS() + m.sumS()) / 2;
        long b = (m.squareS() - m.sumS()) / 2;
        double[] terms = new double[ConfidenceSequence.LAMBDAS.length];
        for (int k = 0; k < terms.length; k++) {
            double lambda = ConfidenceSequence.LAMBDAS[k];
            terms[k] = a * Math.log1p(lambda) + b * Math.log1p(-lambda);
        }
        return ConfidenceSequence.logWeightedSum(terms);
    }
}
