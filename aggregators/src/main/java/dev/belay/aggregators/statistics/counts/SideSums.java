package dev.belay.aggregators.statistics.counts;

/**
 * The sums of a {@link PairTable} over some examples that depend on one side only. Those of a
 * supervisor are reused for each student's sweep over the same examples.
 *
 * <p>No overflow: over a million examples each sum is below 2⁴⁹.
 */
public final class SideSums {
    /** Tables of more classes are counted example by example, because this needs K² numbers. */
    private static final int MOST_CLASSES = 64;

    /** Whether a task's tables may be counted by sums: not for choice, whose rows differ. */
    public static boolean fit(int classes) {
        return classes > PairTable.CHOICE && classes <= MOST_CLASSES;
    }

    private final int classes;
    private long brier;
    private long logLoss;
    private long logLossSquare;
    private final long[] bins = new long[ExampleTerms.BINS * PairTable.BIN];
    private final int[] confusion; // by truth, then by predicted class

    private SideSums(int classes) {
        this.classes = classes;
        this.confusion = new int[classes * classes];
    }

    /**
     * Sums over {@code examples[0, count)}.
     *
     * @param classes K, at most {@link #MOST_CLASSES}
     * @param truths the class of each example by its number
     */
    public static SideSums of(
            int classes, int[] examples, int count, int[] truths, SidePredictions predictions) {
        SideSums sums = new SideSums(classes);
        float[] p = predictions.probabilities();
        long brier = 0;
        long logLoss = 0;
        long logLossSquare = 0;
        for (int i = 0; i < count; i++) {
            int example = examples[i];
            int truth = truths[example];
            int predicted = predictions.predicted()[example];
            int from = example * classes;
            brier += ExampleTerms.brier(p, from, classes, truth);
            long term = ExampleTerms.logLoss(p, from, truth);
            logLoss += term;
            logLossSquare += ExampleTerms.square(term);
            bin(sums.bins, 0, p[from + predicted], CellTable.same(predicted, truth), 1);
            sums.confusion[truth * classes + predicted]++;
        }
        sums.brier = brier;
        sums.logLoss = logLoss;
        sums.logLossSquare = logLossSquare;
        return sums;
    }

    /**
     * Counts a confidence in (1) or out (−1) of the calibration bins that begin at {@code from}.
     *
     * @param right 1 if the prediction is right, else 0
     */
    static void bin(long[] bins, int from, float confidence, int right, int sign) {
        int at = from + ExampleTerms.bin(confidence) * PairTable.BIN;
        long square = ExampleTerms.fixed((double) confidence * confidence);
        bins[at] = Math.addExact(bins[at], sign);
        bins[at + 1] = Math.addExact(bins[at + 1], (long) sign * right);
        bins[at + 2] = Math.addExact(bins[at + 2], sign * ExampleTerms.fixed(confidence));
        bins[at + 3] = Math.addExact(bins[at + 3], sign * square);
    }

    long brier() {
        return brier;
    }

    long logLoss() {
        return logLoss;
    }

    /** In units of 2⁻²⁰, see {@link ExampleTerms#square}. */
    long logLossSquare() {
        return logLossSquare;
    }

    /** Element of the side's bins, in the order of a table. */
    long bin(int at) {
        return bins[at];
    }

    /** Number of examples of a class for which a class is predicted. */
    int count(int truth, int predicted) {
        return confusion[truth * classes + predicted];
    }
}
