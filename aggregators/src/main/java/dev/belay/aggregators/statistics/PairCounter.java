package dev.belay.aggregators.statistics;

import dev.belay.aggregators.statistics.PairTable.ByClass;
import dev.belay.aggregators.statistics.PairTable.Side;
import dev.belay.aggregators.statistics.PairTable.Sum;

/**
 * Counts examples in and out of a {@link PairTable}, without garbage. Not for several threads at a
 * time. Counting out what was counted in leaves no trace, whatever came between.
 *
 * <p>Classes are in [0, classes); what a model says is its most probable class, ties to the lowest.
 * Memory: 1.2 KB + 32 bytes a class + 24 to 48 bytes a pair (truth, said by the supervisor) seen.
 */
public final class PairCounter {
    private final int classes;
    private final boolean byClass;
    private final long[] flat;
    private final SparseCounter confusion = new SparseCounter();

    /**
     * @param classes at least 2
     */
    public PairCounter(int classes) {
        this.classes = classes;
        this.byClass = PairTable.hasClasses(classes);
        this.flat = new long[PairTable.size(classes)];
    }

    /**
     * Counts an example in or out for a comparison without a ceiling.
     *
     * @param w holds the supervisor's distribution, from {@code wFrom} on
     * @param wSays the supervisor's class
     * @param s holds the student's distribution, from {@code sFrom} on
     * @param sSays the student's class
     * @param sign 1: in, −1: out
     */
    public void pair(
            int truth, float[] w, int wFrom, int wSays, float[] s, int sFrom, int sSays, int sign) {
        add(CellTable.cell(truth, wSays, sSays, false), sign);
        add(Sum.SUPERVISOR_BRIER.at, sign * Terms.brier(w, wFrom, classes, truth));
        add(Sum.STUDENT_BRIER.at, sign * Terms.brier(s, sFrom, classes, truth));
        add(Sum.SUPERVISOR_LOG_LOSS.at, sign * Terms.logLoss(w, wFrom, truth));
        add(Sum.STUDENT_LOG_LOSS.at, sign * Terms.logLoss(s, sFrom, truth));
        add(Sum.MISFIT.at, sign * Terms.misfit(w, wFrom, s, sFrom, classes));
        add(Sum.CROSS.at, sign * Terms.cross(w, wFrom, s, sFrom, classes, truth));
        bin(Side.SUPERVISOR, w[wFrom + wSays], wSays == truth, sign);
        bin(Side.STUDENT, s[sFrom + sSays], sSays == truth, sign);
        if (byClass) {
            add(PairTable.at(ByClass.TRUTH, classes, truth), sign);
            add(PairTable.at(ByClass.STUDENT_SAYS, classes, sSays), sign);
            if (sSays == truth) {
                add(PairTable.at(ByClass.STUDENT_RIGHT, classes, truth), sign);
            }
            confusion.add(truth * classes + wSays, sign);
        }
    }

    /** Counts an example in (1) or out (−1) for a comparison with a ceiling. */
    public void cell(int truth, int wSays, int sSays, int cSays, int sign) {
        add(CellTable.cell(truth, wSays, sSays, cSays == truth), sign);
        if (byClass) {
            add(PairTable.at(ByClass.TRUTH, classes, truth), sign);
            if (cSays == truth) {
                add(PairTable.at(ByClass.CEILING_RIGHT, classes, truth), sign);
            }
        }
    }

    /** What is counted now. */
    public PairTable table() {
        return new PairTable(classes, flat.clone(), confusion.counts());
    }

    private void bin(Side side, float confidence, boolean right, int sign) {
        int at = PairTable.at(side, Terms.bin(confidence));
        add(at, sign);
        if (right) {
            add(at + 1, sign);
        }
        add(at + 2, sign * Terms.fixed(confidence));
        add(at + 3, sign * Terms.fixed((double) confidence * confidence));
    }

    private void add(int at, long change) {
        flat[at] = Math.addExact(flat[at], change);
    }
}
