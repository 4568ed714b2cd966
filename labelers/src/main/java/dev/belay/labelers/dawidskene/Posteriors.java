package dev.belay.labelers.dawidskene;

/** Posteriors from sums of logarithms, which products of many small factors would lose. */
final class Posteriors {
    private Posteriors() {}

    /**
     * Turns log π(k) + Σ_s log θ_s(k, vote) into the posterior, in place.
     *
     * @return log Σ_k exp of them, the log likelihood of the example's votes
     */
    static double normalize(double[] logs) {
        double greatest = logs[0];
        for (double log : logs) {
            greatest = Math.max(greatest, log);
        }
        double sum = 0;
        for (int k = 0; k < logs.length; k++) {
            logs[k] = Math.exp(logs[k] - greatest);
            sum += logs[k];
        }
        for (int k = 0; k < logs.length; k++) {
            logs[k] /= sum;
        }
        return greatest + Math.log(sum);
    }

    static float[] toFloats(double[] posterior) {
        float[] label = new float[posterior.length];
        for (int k = 0; k < label.length; k++) {
            label[k] = (float) posterior[k];
        }
        return label;
    }
}
