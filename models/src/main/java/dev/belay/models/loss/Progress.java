package dev.belay.models.loss;

/**
 * How far a model has come.
 *
 * @param consumed examples consumed so far, fractional inside a micro-epoch; not negative
 * @param budget of the model, in examples; 0 = endless
 */
public record Progress(double consumed, long budget) {
    /**
     * A linear warm-up: rises from 0 at the beginning to 1 and stays.
     *
     * @param share of the budget at which it reaches 1
     * @param examples the same for endless models
     * @return in [0, 1]; 1 throughout if the warm-up is empty
     */
    public double warmUp(double share, long examples) {
        double end = budget > 0 ? share * budget : (double) examples;
        return end > 0 ? Math.min(1, consumed / end) : 1;
    }
}
