package dev.belay.aggregators.statistics.counts;

import dev.belay.aggregators.statistics.counts.PairTable.Moment;

/** Counts examples that have a group, by cluster; see {@link ClusterSums}. */
public final class ClusterCounter {
    private final SparseCounter sums = new SparseCounter();

    /** Counts examples whose cluster does not matter. */
    public void grouped(long examples) {
        sums.add(ClusterSums.TOTAL, examples);
    }

    /** Counts an example of a comparison with a ceiling. */
    public void cell(int cluster, int cell) {
        sums.add(cluster * ClusterSums.WIDTH + cell, 1);
        grouped(1);
    }

    /**
     * Counts an example of a comparison without a ceiling, with its log losses and Brier gain.
     *
     * @param size number of probabilities of each distribution
     * @param w the supervisor's distribution, from {@code wFrom} on
     * @param s the student's, from {@code sFrom} on
     */
    public void pair(
            int cluster,
            int cell,
            int truth,
            int size,
            float[] w,
            int wFrom,
            float[] s,
            int sFrom) {
        cell(cluster, cell);
        term(cluster, Moment.SUPERVISOR_LOG_LOSS, ExampleTerms.logLoss(w, wFrom, truth));
        term(cluster, Moment.STUDENT_LOG_LOSS, ExampleTerms.logLoss(s, sFrom, truth));
        term(
                cluster,
                Moment.BRIER_GAIN,
                ExampleTerms.misfit(w, wFrom, s, sFrom, size)
                        + ExampleTerms.cross(w, wFrom, s, sFrom, size, truth));
    }

    private void term(int cluster, Moment of, long term) {
        sums.add(cluster * ClusterSums.WIDTH + ClusterSums.at(of), term);
        sums.add(ClusterSums.TOTAL + ClusterSums.at(of), ExampleTerms.square(term));
    }

    SparseCounts counts() {
        return sums.counts();
    }
}
