package dev.belay.labelers.ensemble;

/** Kind {@code average}: the mean of the sources' distributions. No parameters. */
public final class Average extends Ensemble {
    @Override
    public String name() {
        return "average";
    }

    @Override
    float[] combine(int votes, double[] sums, int[] firsts) {
        return mean(votes, sums);
    }
}
