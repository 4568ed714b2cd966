package dev.belay.models.network;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import java.util.List;

/**
 * Running mean and standard deviation of each feature, over all rows added. The state is rounded to
 * float32 after each batch, so that it continues bit for bit after it is stored and read; sums are
 * double, in the order of the rows. Batches are merged as in Chan, Golub and LeVeque (1979). Not
 * thread-safe.
 */
final class Moments {
    private static final String COUNT = "moments.count";
    private static final String MEAN = "moments.mean";
    private static final String DEVIATION = "moments.deviation";

    private long count;
    private final float[] mean;
    private final float[] deviation;

    private Moments(long count, float[] mean, float[] deviation) {
        this.count = count;
        this.mean = mean;
        this.deviation = deviation;
    }

    /** Moments of no rows. */
    static Moments none(int features) {
        return new Moments(0, new float[features], new float[features]);
    }

    /**
     * Reads the moments that {@link #tensors} wrote.
     *
     * @throws dev.belay.models.checkpoint.MalformedCheckpointException if they are missing, of
     *     another number of features, or not finite
     */
    static Moments read(SafeTensors file, int features) {
        return new Moments(
                file.tensor(COUNT).withShape(1).longs()[0],
                file.tensor(MEAN).withShape(features).finiteFloats(),
                file.tensor(DEVIATION).withShape(features).finiteFloats());
    }

    Tensor[] tensors() {
        return new Tensor[] {
            Tensor.ofLongs(COUNT, count),
            Tensor.ofFloats(MEAN, mean, mean.length),
            Tensor.ofFloats(DEVIATION, deviation, deviation.length)
        };
    }

    void add(List<float[]> rows) {
        if (rows.isEmpty()) return;
        double n = count;
        double m = rows.size();
        for (int f = 0; f < mean.length; f++) {
            double sum = 0;
            for (float[] row : rows) sum += row[f];
            double batchMean = sum / m;
            double squares = 0; // Σ of squared deviations from the batch's mean
            for (float[] row : rows) squares += (row[f] - batchMean) * (row[f] - batchMean);
            double delta = batchMean - mean[f];
            double all =
                    n * deviation[f] * deviation[f] + squares + delta * delta * n * m / (n + m);
            mean[f] = (float) (mean[f] + delta * m / (n + m));
            deviation[f] = (float) Math.sqrt(all / (n + m));
        }
        count += rows.size();
    }

    /** (x − mean) / standard deviation, float32; 0 if the feature was constant so far. */
    float[][] standardize(List<float[]> rows) {
        float[][] standardized = new float[rows.size()][mean.length];
        for (int i = 0; i < standardized.length; i++) {
            float[] row = rows.get(i);
            for (int f = 0; f < mean.length; f++)
                if (deviation[f] > 0)
                    standardized[i][f] = (float) (((double) row[f] - mean[f]) / deviation[f]);
        }
        return standardized;
    }
}
