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

    /** Counts an example of a comparison without a ceiling, with its log losses and Brier gain. */
    public void pair(
            int cluster,
            int classes,
            int example,
            int truth,
            SidePredictions w,
            SidePredictions s) {
        cell(cluster, CellTable.cell(truth, w.predicted()[example], s.predicted()[example], false));
        int at = example * classes;
        float[] ofW = w.probabilities();
        float[] ofS = s.probabilities();
        term(cluster, Moment.SUPERVISOR_LOG_LOSS, ExampleTerms.logLoss(ofW, at, truth));
        term(cluster, Moment.STUDENT_LOG_LOSS, ExampleTerms.logLoss(ofS, at, truth));
        term(
                cluster,
                Moment.BRIER_GAIN,
                ExampleTerms.misfit(ofW, at, ofS, at, classes)
                        + ExampleTerms.cross(ofW, at, ofS, at, classes, truth));
    }

    private void term(int cluster, Moment of, long term) {
        sums.add(cluster * ClusterSums.WIDTH + ClusterSums.at(of), term);
        sums.add(ClusterSums.TOTAL + ClusterSums.at(of), ExampleTerms.square(term));
    }

    SparseCounts counts() {
        return sums.counts();
    }
}
