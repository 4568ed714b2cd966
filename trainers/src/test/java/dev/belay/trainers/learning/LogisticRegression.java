package dev.belay.trainers.learning;

import dev.belay.models.encoder.Encoder;
import dev.belay.trainers.labels.LabelledExample;
import java.util.List;
import java.util.stream.IntStream;

/** Batch reference: ½‖w‖² + C·Σ loss minimised to the end by gradient descent with momentum. */
final class LogisticRegression {
    private LogisticRegression() {}

    static double accuracy(
            Encoder encoder,
            List<LabelledExample> training,
            List<LabelledExample> holdout,
            double c) {
        float[][] x = encoder.encode(training.stream().map(LabelledExample::input).toList());
        int d = x[0].length;
        int[][] filled = new int[x.length][];
        for (int i = 0; i < x.length; i++) {
            float[] row = x[i];
            filled[i] = IntStream.range(0, d).filter(k -> row[k] != 0).toArray();
        }
        double[] w = new double[d + 1]; // the last is the bias
        double[] velocity = new double[d + 1];
        for (int step = 0; step < 1500; step++) {
            double[] slope = new double[d + 1];
            for (int k = 0; k < d; k++) slope[k] = w[k] / (c * x.length);
            for (int i = 0; i < x.length; i++) {
                double s = w[d];
                for (int k : filled[i]) s += w[k] * x[i][k];
                double error = 1 / (1 + Math.exp(-s)) - training.get(i).probabilities()[1];
                for (int k : filled[i]) slope[k] += error * x[i][k] / x.length;
                slope[d] += error / x.length;
            }
            for (int k = 0; k <= d; k++) {
                velocity[k] = 0.95 * velocity[k] - 0.5 * slope[k];
                w[k] += velocity[k];
            }
        }
        float[][] p = new float[holdout.size()][];
        for (int i = 0; i < p.length; i++) {
            double s = score(w, encoder.encode(List.of(holdout.get(i).input()))[0]);
            p[i] = new float[] {(float) -s, (float) s};
        }
        return TextSet.accuracy(p, holdout);
    }

    private static double score(double[] w, float[] x) {
        double s = w[x.length];
        for (int k = 0; k < x.length; k++) if (x[k] != 0) s += w[k] * x[k];
        return s;
    }
}
