package dev.belay.aggregators.statistics.counts;

import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Moment;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;

/**
 * Adds examples to a {@link PairTable} and removes them, without allocations. Not thread-safe.
 * Removing an example exactly reverts adding it, in any order.
 *
 * <p>Classes are in [0, classes), options in [0, size); a model predicts its most probable class,
 * ties to the lowest. Memory: 1.2 KB + 40 bytes per class + 24 to 48 bytes per pair (truth, class
 * predicted by the supervisor) seen.
 */
public final class PairCounter {
    private final int classes;
    private final boolean byClass;
    private final int moments;
    private final long[] flat;
    private final SparseCounter confusion = new SparseCounter();

    /**
     * @param classes at least 2, or {@link PairTable#CHOICE}
     */
    public PairCounter(int classes) {
        this.classes = classes;
        this.byClass = PairTable.hasClasses(classes);
        this.moments = PairTable.moments(classes);
        this.flat = new long[PairTable.size(classes)];
    }

    /** As the other, of an example of a task of kind classes. */
    public void pair(
            int truth,
            float[] w,
            int wFrom,
            int wClass,
            float[] s,
            int sFrom,
            int sClass,
            int sign) {
        pair(truth, classes, w, wFrom, wClass, s, sFrom, sClass, sign);
    }

    /**
     * Adds or removes an example of a comparison without a ceiling.
     *
     * @param size number of probabilities of each distribution: classes, or the example's options
     * @param w the supervisor's distribution, from {@code wFrom} on
     * @param wClass the supervisor's class, or option
     * @param s the student's distribution, from {@code sFrom} on
     * @param sClass the student's class, or option
     * @param sign 1: add, −1: remove
     */
    public void pair(
            int truth,
            int size,
            float[] w,
            int wFrom,
            int wClass,
            float[] s,
            int sFrom,
            int sClass,
            int sign) {
        add(CellTable.cell(truth, wClass, sClass, false), sign);
        add(Sum.SUPERVISOR_BRIER.at, sign * ExampleTerms.brier(w, wFrom, size, truth));
        add(Sum.STUDENT_BRIER.at, sign * ExampleTerms.brier(s, sFrom, size, truth));
        long logLossOfW = ExampleTerms.logLoss(w, wFrom, truth);
        long logLossOfS = ExampleTerms.logLoss(s, sFrom, truth);
        long misfit = ExampleTerms.misfit(w, wFrom, s, sFrom, size);
        long cross = ExampleTerms.cross(w, wFrom, s, sFrom, size, truth);
        add(Sum.SUPERVISOR_LOG_LOSS.at, sign * logLossOfW);
        add(Sum.STUDENT_LOG_LOSS.at, sign * logLossOfS);
        add(Sum.MISFIT.at, sign * misfit);
        add(Sum.CROSS.at, sign * cross);
        addMoments(
                sign,
                sign * ExampleTerms.square(logLossOfW),
                sign * ExampleTerms.square(logLossOfS),
                sign * ExampleTerms.square(misfit + cross));
        bin(Side.SUPERVISOR, w[wFrom + wClass], CellTable.same(wClass, truth), sign);
        bin(Side.STUDENT, s[sFrom + sClass], CellTable.same(sClass, truth), sign);
        if (byClass) {
            addByClass(truth, wClass, sClass, sign);
        }
    }

    private void addByClass(int truth, int wClass, int sClass, int sign) {
        add(PairTable.at(ByClass.TRUTH, classes, truth), sign);
        add(PairTable.at(ByClass.STUDENT_PREDICTS, classes, sClass), sign);
        if (sClass == truth) {
            add(PairTable.at(ByClass.STUDENT_RIGHT, classes, truth), sign);
        }
        if (sClass == wClass) {
            add(PairTable.at(ByClass.BOTH_PREDICT, classes, sClass), sign);
        }
        confusion.add(truth * classes + wClass, sign);
    }

    /** Adds (1) or removes (−1) an example of a comparison with a ceiling. */
    public void cell(int truth, int wClass, int sClass, int cClass, int sign) {
        add(CellTable.cell(truth, wClass, sClass, cClass == truth), sign);
        if (byClass) {
            add(PairTable.at(ByClass.TRUTH, classes, truth), sign);
            if (cClass == truth) {
                add(PairTable.at(ByClass.CEILING_RIGHT, classes, truth), sign);
            }
        }
    }

    /**
     * Adds {@code examples[0, count)}, the same as {@link #pair} for each.
     *
     * @param truths the class of each example by its number
     * @param ofW the supervisor's sums over these examples
     * @param ofS the student's
     */
    public void pairs(
            int[] examples,
            int count,
            int[] truths,
            SidePredictions w,
            SidePredictions s,
            SideSums ofW,
            SideSums ofS,
            int sign) {
        int[] cells = new int[classes * CellTable.SIZE]; // by the student's class
        long misfits = 0;
        long crosses = 0;
        long squares = 0;
        for (int i = 0; i < count; i++) {
            int example = examples[i];
            int truth = truths[example];
            int wClass = w.predicted()[example];
            int sClass = s.predicted()[example];
            cells[sClass * CellTable.SIZE + CellTable.cell(truth, wClass, sClass, false)]++;
            int at = example * classes;
            long misfit =
                    ExampleTerms.misfit(w.probabilities(), at, s.probabilities(), at, classes);
            long cross =
                    ExampleTerms.cross(
                            w.probabilities(), at, s.probabilities(), at, classes, truth);
            misfits += misfit;
            crosses += cross;
            squares += ExampleTerms.square(misfit + cross);
        }
        for (int i = 0; i < cells.length; i++) {
            int cell = i % CellTable.SIZE;
            long change = (long) sign * cells[i];
            add(cell, change);
            if (byClass && (cell & CellTable.SAME) != 0) {
                add(PairTable.at(ByClass.BOTH_PREDICT, classes, i / CellTable.SIZE), change);
            }
        }
        add(Sum.MISFIT.at, sign * misfits);
        add(Sum.CROSS.at, sign * crosses);
        addMoments(
                (long) sign * count,
                sign * ofW.logLossSquare(),
                sign * ofS.logLossSquare(),
                sign * squares);
        add(Sum.SUPERVISOR_BRIER.at, sign * ofW.brier());
        add(Sum.STUDENT_BRIER.at, sign * ofS.brier());
        add(Sum.SUPERVISOR_LOG_LOSS.at, sign * ofW.logLoss());
        add(Sum.STUDENT_LOG_LOSS.at, sign * ofS.logLoss());
        for (int i = 0; i < ExampleTerms.BINS * PairTable.BIN; i++) {
            add(PairTable.at(Side.SUPERVISOR, 0) + i, sign * ofW.bin(i));
            add(PairTable.at(Side.STUDENT, 0) + i, sign * ofS.bin(i));
        }
        for (int truth = 0; byClass && truth < classes; truth++) {
            addByClass(truth, ofW, ofS, sign);
        }
    }

    private void addByClass(int truth, SideSums ofW, SideSums ofS, int sign) {
        int right = ofS.count(truth, truth);
        add(PairTable.at(ByClass.STUDENT_RIGHT, classes, truth), (long) sign * right);
        for (int predicted = 0; predicted < classes; predicted++) {
            int byW = ofW.count(truth, predicted);
            int byS = ofS.count(truth, predicted);
            add(PairTable.at(ByClass.TRUTH, classes, truth), (long) sign * byS);
            add(PairTable.at(ByClass.STUDENT_PREDICTS, classes, predicted), (long) sign * byS);
            if (byW != 0) {
                confusion.add(truth * classes + predicted, (long) sign * byW);
            }
        }
    }

    /** Adds {@code examples[0, count)}, the same as {@link #cell} for each. */
    public void cells(
            int[] examples, int count, int[] truths, char[] w, char[] s, char[] c, int sign) {
        int[] cells = new int[classes * CellTable.SIZE]; // by truth
        for (int i = 0; i < count; i++) {
            int example = examples[i];
            int truth = truths[example];
            int cell =
                    CellTable.cell(truth, w[example], s[example], false)
                            | CellTable.same(c[example], truth) * CellTable.CEILING;
            cells[truth * CellTable.SIZE + cell]++;
        }
        for (int i = 0; i < cells.length; i++) {
            int truth = i / CellTable.SIZE;
            int cell = i % CellTable.SIZE;
            long change = (long) sign * cells[i];
            add(cell, change);
            if (byClass) {
                add(PairTable.at(ByClass.TRUTH, classes, truth), change);
                if ((cell & CellTable.CEILING) != 0) {
                    add(PairTable.at(ByClass.CEILING_RIGHT, classes, truth), change);
                }
            }
        }
    }

    /** What is counted now, without clusters. */
    public PairTable table() {
        return table(new ClusterCounter());
    }

    /** What is counted now, with those of the same examples that have a group. */
    public PairTable table(ClusterCounter clusters) {
        return new PairTable(classes, flat.clone(), confusion.counts(), clusters.counts());
    }

    private void bin(Side side, float confidence, int right, int sign) {
        SideSums.bin(flat, PairTable.at(side, 0), confidence, right, sign);
    }

    private void addMoments(long examples, long logLossOfW, long logLossOfS, long brierGain) {
        add(moments + Moment.EXAMPLES.place, examples);
        add(moments + Moment.SUPERVISOR_LOG_LOSS.place, logLossOfW);
        add(moments + Moment.STUDENT_LOG_LOSS.place, logLossOfS);
        add(moments + Moment.BRIER_GAIN.place, brierGain);
    }

    private void add(int at, long change) {
        flat[at] = Math.addExact(flat[at], change);
    }
}
