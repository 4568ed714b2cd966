package dev.belay.models.loss;

/**
 * Progress of a model's training.
 *
 * @param consumed examples consumed so far, fractional inside a micro-epoch; not negative
 * @param budget of the model, in examples; 0 = endless
 */
public record Progress(double consumed, long budget) {
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
}
