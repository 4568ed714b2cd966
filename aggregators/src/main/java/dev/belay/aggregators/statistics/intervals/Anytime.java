package dev.belay.aggregators.statistics.intervals;

import dev.belay.aggregators.statistics.counts.CellTable;
import org.jspecify.annotations.Nullable;

/**
 * Sequential figures over a stream of examples, valid at all times simultaneously: for each
 * interval, and for the test, the probability of being wrong at any time is at most 5 %.
 *
 * @param gain mean conditional gain so far
 * @param gap mean conditional gap so far; null without a ceiling
 * @param pgr gain / gap so far; null without a ceiling, or unless the gap's limits are above 0
 * @param logEvidence ln of the e-value against "the student is no better than its supervisor":
 *     rejected at level 5 % once this is at least ln 20 = 3.0; e^−logEvidence is a p-value
 */
public record Anytime(
        Measure gain, @Nullable Measure gap, @Nullable Measure pgr, double logEvidence) {
    private static final double ALPHA = 1 - Measure.CONFIDENCE;

    // grid of ratios of fixed models, steps on each side
    private static final int STEPS = 2000;

    /** Assumption about the models during the stream. */
    public enum Models {
        /** Each example is predicted by the current checkpoints. */
        CHANGING,
        /** All examples are predicted by the same three checkpoints. */
        FIXED
    }

    /**
     * @param base cells without a ceiling
     * @param withCeiling cells of the examples that the ceiling has predicted too; null: none
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
     * The quotient of two sequences at α/2 each, for (mean gain so far) / (mean gap so far); valid
     * while models change. Null unless the gap's limits are above 0.
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
     * A narrower interval for fixed models: the ratios θ for which 0 is within the limits for the
     * mean of (d_s − θ·d_c) / (1 + |θ|), which is in [−1, 1]. Not valid when models change, because
     * one θ would have to hold for each example. θ = t / (1 − |t|) is tried for t in steps of
     * 1/2000, and the limits are the nearest ratios outside all accepted ones; null if these are
     * unbounded.
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
     * which the supervisor alone is: a nonnegative supermartingale starting at 1 if the student is
     * no better, whatever the share of discordant examples; the weights are those of {@link
     * ConfidenceSequence} (Waudby-Smith and Ramdas, "Estimating means of bounded random variables
     * by betting", JRSS B 86, 2024).
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
