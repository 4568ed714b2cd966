package dev.belay.labelers.ensemble;

/**
 * Kind {@code votes}: the mean of the sources' distributions, as {@code average} gives it, and each
 * source's distribution beside it. Students with the selector {@code learned-weights} learn how
 * much weight each source has; all others learn from the mean. No parameters.
 */
public final class Votes extends Ensemble {
    @Override
    public String name() {
        return "votes";
    }

    @Override
    public boolean keepsVotes() {
        return true;
    }

    @Override
    float[] combine(int votes, double[] sums, int[] firsts) {
        return mean(votes, sums);
    }
}
