package dev.belay.labelers.ensemble;

/** Kind {@code average}: the mean of the sources' distributions. No parameters. */
public final class Average extends Ensemble {
    @Override
    public String name() {
        return "average";
    }

    @Override
    float[] combine(int votes, double[] sums, int[] firsts) {
        float[] mean = new float[sums.length];
        for (int k = 0; k < mean.length; k++) {
            mean[k] = (float) (sums[k] / votes);
        }
        return mean;
    }
}
