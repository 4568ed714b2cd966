package dev.belay.models.loss;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Hard predictions with the class balance of the labels: ĥ of the confidence loss (Burns et al.
 * 2023). Pure functions of probabilities and labels, (rows, classes).
 */
public final class BalancedPredictions {
    private static final int SMALLEST_CLASS = 5;

    private BalancedPredictions() {}

    /**
     * ĥ for two classes: class 0 where p₀ ≥ t, with t the mean(l₁)-quantile of p₀ over the batch
     * and the examples before it (interpolated linearly), so that the model's hard predictions have
     * the labels' class balance.
     *
     * @param p of the batch
     * @param labels of the batch
     * @param earlierP of the examples before it, with the same weights; empty: only the batch is
     *     used, and a batch of one is always class 0
     * @param earlierLabels of the examples before it
     */
    public static int[] balancedTwo(
            float[][] p, float[][] labels, float[][] earlierP, float[][] earlierLabels) {
        double[] p0 = new double[p.length + earlierP.length];
        double ones = 0;
        for (int i = 0; i < p0.length; i++) {
            int before = i - p.length;
            p0[i] = before < 0 ? p[i][0] : earlierP[before][0];
            ones += before < 0 ? labels[i][1] : earlierLabels[before][1];
        }
        double threshold = quantile(p0, Math.min(1, Math.max(0, ones / p0.length)));
        int[] own = new int[p.length];
        for (int i = 0; i < p.length; i++) own[i] = p0[i] >= threshold ? 0 : 1;
        return own;
    }

    /**
     * Parameters of balanced hard predictions of K classes.
     *
     * @param offsets b of balanced classes; 0 for pinned ones
     * @param pinned classes too rare to be balanced
     */
    public record Balance(double[] offsets, boolean[] pinned) {}

    /**
     * Offsets b for ĥ = argmax_k(log p_k − b_k) with K classes, such that over the window each
     * class is predicted as often as it is labelled: b minimises Σ_i max_k(log p_ik − b_k) + n·Σ_k
     * π_k·b_k, π the mean label.
     *
     * <p>A class with n·π_k below 5 is too rare and is pinned: it is predicted only where it is the
     * plain argmax. The other classes share the remaining n′ examples: k, i and π in the sums above
     * are restricted to them, π is scaled to sum 1, and n′ replaces n.
     *
     * <p>The max is smoothed to temperature·logsumexp and the temperature lowered step by step
     * (Sinkhorn's iteration); b of the first class that is not pinned is 0.
     *
     * @param p probabilities, with the current weights, of the last examples learned from
     */
    public static Balance balance(float[][] p, float[][] labels) {
        int classes = p[0].length;
        double[] share = new double[classes];
        for (float[] label : labels) for (int k = 0; k < classes; k++) share[k] += label[k];
        boolean[] pinned = new boolean[classes];
        for (int k = 0; k < classes; k++) pinned[k] = share[k] < SMALLEST_CLASS;
        int[] free = IntStream.range(0, classes).filter(k -> !pinned[k]).toArray();
        double[][] logP =
                Arrays.stream(p)
                        .filter(row -> !pinned[argmax(row)])
                        .map(row -> logs(row, free))
                        .toArray(double[][]::new);
        double[] wanted = Arrays.stream(free).mapToDouble(k -> share[k]).toArray();
        if (free.length < classes) {
            double scale = logP.length / Arrays.stream(wanted).sum();
            for (int j = 0; j < wanted.length; j++) wanted[j] *= scale;
        }
        double[] b = logP.length == 0 ? new double[free.length] : balance(logP, wanted);
        double[] offsets = new double[classes];
        for (int j = 0; j < free.length; j++) offsets[free[j]] = b[j];
        return new Balance(offsets, pinned);
    }

    private static double[] logs(float[] row, int[] classes) {
        return Arrays.stream(classes)
                .mapToDouble(k -> Math.log(Math.max(row[k], Gradient.SMALLEST)))
                .toArray();
    }

    /** Offsets at which each class is the argmax of {@code share} rows; shares sum to the rows. */
    private static double[] balance(double[][] logP, double[] share) {
        int classes = share.length;
        double[] b = new double[classes];
        double[] soft = new double[classes];
        double[] row = new double[classes];
        for (double temperature = 1; temperature > 0.03; temperature /= 2)
            for (int step = 0; step < 8; step++) {
                Arrays.fill(soft, 0);
                for (double[] lp : logP) addSoftmax(lp, b, temperature, row, soft);
                for (int k = 0; k < classes; k++)
                    b[k] += temperature * Math.log(Math.max(soft[k], Gradient.SMALLEST) / share[k]);
                double first = b[0];
                for (int k = 0; k < classes; k++) b[k] -= first;
            }
        return b;
    }

    /** ĥ of each row as in {@link #balance(float[][], float[][])}; ties to the lowest class. */
    public static int[] balanced(float[][] p, Balance balance) {
        int[] own = new int[p.length];
        for (int i = 0; i < p.length; i++) {
            own[i] = argmax(p[i]);
            if (balance.pinned()[own[i]]) continue;
            double best = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < p[i].length; k++) {
                if (balance.pinned()[k]) continue;
                double score =
                        Math.log(Math.max(p[i][k], Gradient.SMALLEST)) - balance.offsets()[k];
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
