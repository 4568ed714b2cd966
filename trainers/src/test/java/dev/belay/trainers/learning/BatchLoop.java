package dev.belay.trainers.learning;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;

/**
 * A linear head trained by a plain loop: all examples in a new order in each epoch, batches of 32,
 * Adam (Kingma and Ba 2015) with rate 1e-3, and the confidence loss of Burns et al. 2023 with its
 * linear warm-up over a fifth of the steps. Shares no code with the learner.
 */
final class BatchLoop {
    private static final int BATCH = 32;
    private static final int WINDOW = 512;

    private final int classes;
    private final double[] weights; // (classes, features + 1), the bias last
    private final double[] mean;
    private final double[] square;

    private BatchLoop(float[] matrix, float[] bias) {
        this.classes = bias.length;
        int features = matrix.length / classes;
        this.weights = new double[classes * (features + 1)];
        this.mean = new double[weights.length];
        this.square = new double[weights.length];
        for (int k = 0; k < classes; k++) {
            int from = k * (features + 1);
            for (int j = 0; j < features; j++) weights[from + j] = matrix[k * features + j];
            weights[from + features] = bias[k];
        }
    }

    /**
     * Predictions of a head after its last step.
     *
     * @param matrix at the beginning, (classes, features)
     * @param bias at the beginning, (classes)
     * @param features of the examples, (examples, features)
     * @param labels of the examples, (examples, classes)
     * @param alpha of the confidence loss; 0 = cross-entropy
     * @return (unseen, classes)
     */
    static float[][] predict(
            float[] matrix,
            float[] bias,
            float[][] features,
            float[][] labels,
            float[][] unseen,
            int steps,
            double alpha,
            long seed) {
        var random = new Random(seed);
        var loop = new BatchLoop(matrix, bias);
        int[] order = new int[features.length];
        for (int i = 0; i < order.length; i++) order[i] = i;
        Deque<Integer> recent = new ArrayDeque<>();
        int next = order.length;
        for (int step = 0; step < steps; step++) {
            if (next >= order.length) {
                shuffle(order, random);
                next = 0;
            }
            int[] batch = Arrays.copyOfRange(order, next, Math.min(next + BATCH, order.length));
            next += BATCH;
            for (int i : batch) recent.add(i);
            while (recent.size() > WINDOW) recent.remove();
            double weight = alpha * Math.min(1, step / (0.2 * steps));
            double[][] targets = loop.targets(features, labels, batch, recent, weight);
            loop.step(features, batch, targets, step + 1);
        }
        float[][] predictions = new float[unseen.length][loop.classes];
        for (int i = 0; i < unseen.length; i++) {
            double[] p = loop.softmax(unseen[i]);
            for (int k = 0; k < p.length; k++) predictions[i][k] = (float) p[k];
        }
        return predictions;
    }

    /** (1 − α)·label + α·balanced hard prediction, (batch, classes). */
    private double[][] targets(
            float[][] features,
            float[][] labels,
            int[] batch,
            Deque<Integer> recent,
            double alpha) {
        int[] own = new int[batch.length];
        if (alpha > 0 && classes == 2) {
            double[] first = new double[batch.length];
            double ones = 0;
            for (int i = 0; i < batch.length; i++) {
                first[i] = softmax(features[batch[i]])[0];
                ones += labels[batch[i]][1];
            }
            double[] sorted = first.clone();
            Arrays.sort(sorted);
            double at = ones / batch.length * (batch.length - 1);
            int below = (int) at;
            int above = Math.min(below + 1, batch.length - 1);
            double limit = sorted[below] + (at - below) * (sorted[above] - sorted[below]);
            for (int i = 0; i < own.length; i++) own[i] = first[i] >= limit ? 0 : 1;
        } else if (alpha > 0) {
            double[] offsets = offsets(features, labels, recent);
            for (int i = 0; i < own.length; i++)
                own[i] = best(softmax(features[batch[i]]), offsets);
        }
        double[][] targets = new double[batch.length][classes];
        for (int i = 0; i < batch.length; i++)
            for (int k = 0; k < classes; k++)
                targets[i][k] =
                        (1 - alpha) * labels[batch[i]][k] + (alpha > 0 && own[i] == k ? alpha : 0);
        return targets;
    }

    /** Offsets with which each class is predicted as often as it is labelled; by subgradients. */
    private double[] offsets(float[][] features, float[][] labels, Deque<Integer> recent) {
        double[][] p = recent.stream().map(i -> softmax(features[i])).toArray(double[][]::new);
        double[] wanted = new double[classes];
        for (int i : recent)
            for (int k = 0; k < classes; k++) wanted[k] += labels[i][k] / recent.size();
        double[] offsets = new double[classes];
        for (int round = 0; round < 100; round++) {
            double[] found = new double[classes];
            for (double[] row : p) found[best(row, offsets)] += 1.0 / p.length;
            for (int k = 0; k < classes; k++)
                offsets[k] += 2 / (1 + 0.3 * round) * (found[k] - wanted[k]);
        }
        return offsets;
    }

    private static int best(double[] p, double[] offsets) {
        int best = 0;
        for (int k = 1; k < p.length; k++)
            if (Math.log(p[k]) - offsets[k] > Math.log(p[best]) - offsets[best]) best = k;
        return best;
    }

    private void step(float[][] features, int[] batch, double[][] targets, int number) {
        double[] slope = new double[weights.length];
        for (int i = 0; i < batch.length; i++) {
            float[] x = features[batch[i]];
            double[] p = softmax(x);
            for (int k = 0; k < classes; k++) {
                double error = (p[k] - targets[i][k]) / batch.length;
                int from = k * (x.length + 1);
                for (int j = 0; j < x.length; j++) slope[from + j] += error * x[j];
                slope[from + x.length] += error;
            }
        }
        double first = 1 - Math.pow(0.9, number);
        double second = 1 - Math.pow(0.999, number);
        for (int i = 0; i < weights.length; i++) {
            mean[i] = 0.9 * mean[i] + 0.1 * slope[i];
            square[i] = 0.999 * square[i] + 0.001 * slope[i] * slope[i];
            weights[i] -= 1e-3 * (mean[i] / first) / (Math.sqrt(square[i] / second) + 1e-8);
        }
    }

    private double[] softmax(float[] x) {
        double[] p = new double[classes];
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            int from = k * (x.length + 1);
            p[k] = weights[from + x.length];
            for (int j = 0; j < x.length; j++) p[k] += weights[from + j] * x[j];
            max = Math.max(max, p[k]);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            p[k] = Math.exp(p[k] - max);
            sum += p[k];
        }
        for (int k = 0; k < classes; k++) p[k] /= sum;
        return p;
    }

    private static void shuffle(int[] order, Random random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
