package dev.belay.models.loss;

/**
 * Progress of a model's training. All of it is part of every checkpoint and none of it ever
 * decreases: a warm-up that was once complete stays complete.
 *
 * @param consumed examples consumed so far, fractional inside a micro-epoch; not negative
 * @param budget of the model, in examples; 0 = endless
 * @param distinct examples seen so far at least once: inside a micro-epoch fewer than {@code
 *     consumed} while examples are replayed, more once a pass is complete; those not selected count
 *     in proportion
 * @param repeats how often an example is learned from on average: passes·(1 + replay)
 */
public record Progress(double consumed, long budget, double distinct, double repeats) {
    /** Of a model that learns from each example once. */
    public Progress(double consumed, long budget) {
        this(consumed, budget, consumed, 1);
    }

    /**
     * A linear warm-up: rises from 0 to 1, then stays 1.
     *
     * @param share of the budget at which it reaches 1
     * @param examples for endless models, the examples at which it reaches 1
     * @return in [0, 1]; 1 throughout if the warm-up is empty
     */
    public double warmUp(double share, long examples) {
        double end = budget > 0 ? share * budget : (double) examples;
        return end > 0 ? Math.min(1, consumed / end) : 1;
    }

    /**
     * A warm-up by evidence: as {@link #warmUp}, but in distinct examples, and {@code repeats}
     * times as long, at most the whole budget. A batch loop of that many epochs has seen as many
     * distinct examples after the same share of its steps; a stream that repeats each example has
     * made the steps, but has not seen the examples.
     */
    public double evidence(double share, long examples) {
        double end = budget > 0 ? Math.min(1, share * repeats) * budget : examples * repeats;
        return end > 0 ? Math.min(1, distinct / end) : 1;
    }
}
