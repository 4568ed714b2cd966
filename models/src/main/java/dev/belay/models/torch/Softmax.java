package dev.belay.models.torch;

/** Softmax in Java, the same bits on every machine for the same logits. */
public final class Softmax {
    private Softmax() {}

    /**
     * Probabilities of rows of logits.
     *
     * @param logits row after row; those beyond the last row are ignored
     * @param sizes logits of each row
     */
    public static float[][] rows(float[] logits, int[] sizes) {
        float[][] rows = new float[sizes.length][];
        int from = 0;
        for (int i = 0; i < sizes.length; i++) {
            rows[i] = row(logits, from, sizes[i]);
            from += sizes[i];
        }
        return rows;
    }

    private static float[] row(float[] logits, int from, int size) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < size; k++) max = Math.max(max, logits[from + k]);
        double[] e = new double[size];
        double sum = 0;
        for (int k = 0; k < size; k++) {
            e[k] = StrictMath.exp((double) logits[from + k] - max);
            sum += e[k];
        }
        float[] row = new float[size];
        for (int k = 0; k < size; k++) row[k] = (float) (e[k] / sum);
        return row;
    }
}
