package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.TableEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Examples of a task that a head can learn: the i-th has the i-th text of the table, over and over,
 * and the soft label of a linear teacher.
 */
record TrainingData(List<String> texts, List<float[]> features, List<float[]> labels) {
    static TrainingData of(TableEncoder table, int examples) {
        Random random = new Random(2);
        double[] teacher = new double[TableEncoder.DIMENSIONS];
        for (int d = 0; d < teacher.length; d++) teacher[d] = random.nextGaussian();
        var data = new TrainingData(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < examples; i++) {
            float[] row = table.row(i % table.size());
            data.texts.add(TableEncoder.text(i % table.size()));
            data.features.add(row);
            data.labels.add(label(row, teacher));
        }
        return data;
    }

    private static float[] label(float[] row, double[] teacher) {
        double logit = 0;
        for (int d = 0; d < row.length; d++) logit += row[d] * teacher[d];
        float p = (float) (1 / (1 + Math.exp(-logit / Math.sqrt(row.length))));
        return new float[] {1 - p, p};
    }
}
