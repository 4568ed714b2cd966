package dev.belay.models.loss;

/**
 * A loss and its gradient.
 *
 * @param loss weighted mean over the rows, nats
 * @param dLogits derivative of that mean by each logit, (rows, classes)
 */
public record Gradient(double loss, float[][] dLogits) {
    /** Keeps log p finite where float32 has rounded p to 0. */
    static final double SMALLEST = 1e-30;

    /**
     * Weighted mean cross-entropy, Σ w·(−Σ target·log p) / Σ w; targets are constants in the
     * gradient.
     *
     * @param p probabilities, (rows, classes)
     * @param targets distributions, (rows, classes)
     * @param weights of the rows, in (0, 1]
     */
    public static Gradient crossEntropy(float[][] p, float[][] targets, float[] weights) {
        return crossEntropy(p, targets, weights, weights);
    }

    /**
     * The same with the weights {@code all} in the denominator: rows with weight 0 and a weight
     * above 0 in {@code all} count as rows without loss.
     */
    static Gradient crossEntropy(float[][] p, float[][] targets, float[] weights, float[] all) {
        float total = 0;
        for (float w : all) total += w;
        double loss = 0;
        float[][] slope = new float[p.length][];
        for (int i = 0; i < p.length; i++) {
            slope[i] = new float[p[i].length];
            for (int k = 0; k < p[i].length; k++) {
                loss -= weights[i] * targets[i][k] * Math.log(Math.max(p[i][k], SMALLEST));
                slope[i][k] = weights[i] * (p[i][k] - targets[i][k]) / total;
            }
        }
        return new Gradient(loss / total, slope);
    }

    /**
     * Weighted mean of each row's expected cost under the model, Σ w·(Σ p·cost) / Σ w. Its
     * derivative by logit k of a row is w·p_k·(cost_k − Σ p·cost) / Σ w, also for costs log p_k + c
     * with constant c.
     *
     * @param p probabilities, (rows, classes)
     * @param cost (rows, classes), nats
     * @param weights of the rows, in (0, 1]
     */
    static Gradient expectedCost(float[][] p, double[][] cost, float[] weights) {
        double total = 0;
        for (float w : weights) total += w;
        double loss = 0;
        float[][] slope = new float[p.length][];
        for (int i = 0; i < p.length; i++) {
            double expected = 0;
            for (int k = 0; k < p[i].length; k++) expected += p[i][k] * cost[i][k];
            slope[i] = new float[p[i].length];
            for (int k = 0; k < p[i].length; k++)
                slope[i][k] = (float) (weights[i] * p[i][k] * (cost[i][k] - expected) / total);
            loss += weights[i] * expected;
        }
        return new Gradient(loss / total, slope);
    }

    /** log p, finite. */
    static double log(double p) {
        return Math.log(Math.max(p, SMALLEST));
    }
}
