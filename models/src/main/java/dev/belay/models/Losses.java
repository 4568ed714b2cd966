package dev.belay.models;

import java.util.Arrays;

/**
 * Losses as pure functions of the model's probabilities and the labels. Rows are examples, columns
 * classes; probability rows sum to 1.
 */
public final class Losses {
    /** Keeps log p finite where float32 has rounded p to 0. */
    private static final double SMALLEST = 1e-30;

    private static final int SMALLEST_CLASS = 5;

    private Losses() {}

    /**
     * A loss and its slope.
     *
     * @param loss mean over the rows, nats
     * @param dLogits derivative of that mean by each logit, (rows, classes)
     */
    public record Gradient(double loss, float[][] dLogits) {}

    /** Mean cross-entropy −Σ target·log p; the targets are constants to the gradient. */
    public static Gradient crossEntropy(float[][] p, float[][] targets) {
        double loss = 0;
        float[][] slope = new float[p.length][];
        for (int i = 0; i < p.length; i++) {
            slope[i] = new float[p[i].length];
            for (int k = 0; k < p[i].length; k++) {
                loss -= targets[i][k] * Math.log(Math.max(p[i][k], SMALLEST));
                slope[i][k] = (p[i][k] - targets[i][k]) / p.length;
            }
        }
        return new Gradient(loss / p.length, slope);
    }

    /** The labels' argmax as one-hot rows; ties to the lowest class. */
    public static float[][] hard(float[][] labels) {
        float[][] hard = new float[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            hard[i] = new float[labels[i].length];
            hard[i][argmax(labels[i])] = 1;
        }
        return hard;
    }

    /**
     * Targets of the auxiliary confidence loss (Burns et al. 2023): (1 − alpha)·label + alpha·ĥ.
     *
     * @param own ĥ, a class a row
     * @param alpha in [0, 1]
     */
    public static float[][] confidence(float[][] labels, int[] own, double alpha) {
        float[][] targets = new float[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            targets[i] = new float[labels[i].length];
            for (int k = 0; k < targets[i].length; k++)
                targets[i][k] = (float) ((1 - alpha) * labels[i][k] + (own[i] == k ? alpha : 0));
        }
        return targets;
    }

    /**
     * ĥ for two classes: class 0 where p₀ ≥ t, with t the mean(l₁)-quantile of p₀ over the batch
     * (interpolated linearly), so that the model's hard predictions have the labels' class balance.
     */
    public static int[] balancedTwo(float[][] p, float[][] labels) {
        double[] p0 = new double[p.length];
        double ones = 0;
        for (int i = 0; i < p.length; i++) {
            p0[i] = p[i][0];
            ones += labels[i][1];
        }
        double threshold = quantile(p0, Math.min(1, Math.max(0, ones / p.length)));
        int[] own = new int[p.length];
        for (int i = 0; i < p.length; i++) own[i] = p0[i] >= threshold ? 0 : 1;
        return own;
    }

    /**
     * Offsets b for ĥ = argmax_k(log p_k − b_k) with K classes, such that over the window each
     * class is predicted as often as it is labelled: b minimises Σ_i max_k(log p_ik − b_k) + n·Σ_k
     * π_k·b_k, π the mean label. All 0 (plain argmax) if some n·π_k is below 5.
     *
     * <p>The max is smoothed to temperature·logsumexp and the temperature lowered step by step
     * (Sinkhorn's iteration); b_0 = 0.
     *
     * @param p probabilities by the current weights of the last examples learned from
     */
    public static double[] balance(float[][] p, float[][] labels) {
        int n = p.length;
        int classes = p[0].length;
        double[] share = new double[classes];
        for (float[] label : labels) for (int k = 0; k < classes; k++) share[k] += label[k];
        double[] b = new double[classes];
        for (double s : share) if (s < SMALLEST_CLASS) return b;
        double[][] logP = new double[n][classes];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < classes; k++) logP[i][k] = Math.log(Math.max(p[i][k], SMALLEST));
        double[] soft = new double[classes];
        double[] row = new double[classes];
        for (double temperature = 1; temperature > 0.03; temperature /= 2)
            for (int step = 0; step < 8; step++) {
                Arrays.fill(soft, 0);
                for (double[] lp : logP) addSoftmax(lp, b, temperature, row, soft);
                for (int k = 0; k < classes; k++)
                    b[k] += temperature * Math.log(Math.max(soft[k], SMALLEST) / share[k]);
                double first = b[0];
                for (int k = 0; k < classes; k++) b[k] -= first;
            }
        return b;
    }

    /** argmax_k(log p_k − b_k) of each row; ties to the lowest class. */
    public static int[] balanced(float[][] p, double[] b) {
        int[] own = new int[p.length];
        for (int i = 0; i < p.length; i++) {
            double best = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < b.length; k++) {
                double score = Math.log(Math.max(p[i][k], SMALLEST)) - b[k];
                if (score > best) {
                    best = score;
                    own[i] = k;
                }
            }
        }
        return own;
    }

    /** Index of the largest; ties to the lowest. */
    public static int argmax(float[] row) {
        int best = 0;
        for (int k = 1; k < row.length; k++) if (row[k] > row[best]) best = k;
        return best;
    }

    private static void addSoftmax(
            double[] logP, double[] b, double temperature, double[] row, double[] sum) {
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < b.length; k++) {
            row[k] = (logP[k] - b[k]) / temperature;
            max = Math.max(max, row[k]);
        }
        double total = 0;
        for (int k = 0; k < b.length; k++) {
            row[k] = Math.exp(row[k] - max);
            total += row[k];
        }
        for (int k = 0; k < b.length; k++) sum[k] += row[k] / total;
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
