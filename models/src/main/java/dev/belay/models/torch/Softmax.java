package dev.belay.models.torch;

/** Softmax in Java, the same bits on every machine for the same logits. */
public final class Softmax {
    private Softmax() {}

    /**
     * Probabilities of the first {@code count} rows of logits.
     *
     * @param logits row by row; rows beyond {@code count} are ignored
     * @param into receives the rows from index {@code first} on
     */
    public static void rows(float[] logits, float[][] into, int first, int count, int classes) {
        for (int i = 0; i < count; i++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) max = Math.max(max, logits[i * classes + k]);
            double[] e = new double[classes];
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                e[k] = StrictMath.exp((double) logits[i * classes + k] - max);
                sum += e[k];
            }
            float[] row = new float[classes];
            for (int k = 0; k < classes; k++) row[k] = (float) (e[k] / sum);
            into[first + i] = row;
        }
    }
}
