package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.SparseCounts;

/**
 * Counts of a comparison, in one partition or over all. Counts merge by addition, all else by
 * maximum. Of a slice there are counts only.
 *
 * @param table examples whose truth and predictions are all known
 * @param withoutTruth examples predicted by all models whose truth is not known, or too late
 * @param sameWithoutTruth those of them on which student and supervisor agree
 * @param tooLate examples whose newest truth was too late and is ignored; PROGRESSIVE
 * @param revised examples of which a prediction or, in time, truth was corrected; PROGRESSIVE
 * @param abstained examples that student and ceiling have predicted and from which the supervisor
 *     abstained; neither in the table nor in {@code withoutTruth}
 * @param supervisor how far the supervisor's predictions have come
 * @param student the student's
 * @param ceiling the ceiling's; {@link Coverage#NONE} without one
 * @param eventTimeMs greatest event time of a student's prediction
 * @param labelsWithoutTruth examples without truth by the class that the supervisor predicts;
 *     PROGRESSIVE, tasks of kind classes
 */
public record Tally(
        PairTable table,
        long withoutTruth,
        long sameWithoutTruth,
        long tooLate,
        long revised,
        long abstained,
        Coverage supervisor,
        Coverage student,
        Coverage ceiling,
        long eventTimeMs,
        SparseCounts labelsWithoutTruth) {

    /**
     * Coverage of a model's predictions.
     *
     * @param rows HOLDOUT: examples predicted, or abstained from; PROGRESSIVE: 0
     * @param sweepRows rows of the whole sweep; 0 when unknown
     * @param newest greatest number of a checkpoint among them
     */
    public record Coverage(long rows, long sweepRows, long newest) {
        public static final Coverage NONE = new Coverage(0, 0, 0);

        /** True unless rows are known to be missing. */
        boolean complete() {
            return rows >= sweepRows;
        }

        /** True if the number of rows is known and reached. */
        boolean whole() {
            return sweepRows > 0 && complete();
        }

        Coverage merge(Coverage other) {
            return new Coverage(
                    Math.addExact(rows, other.rows),
                    Math.max(sweepRows, other.sweepRows),
                    Math.max(newest, other.newest));
        }

        Coverage since(Coverage earlier) {
            return new Coverage(Math.subtractExact(rows, earlier.rows), sweepRows, newest);
        }
    }

    /** Nothing counted. */
    public static Tally empty(int classes) {
        return new Tally(
                PairTable.empty(classes),
                0,
                0,
                0,
                0,
                0,
                Coverage.NONE,
                Coverage.NONE,
                Coverage.NONE,
                0,
                SparseCounts.EMPTY);
    }

    /** The sum of both. */
    public Tally merge(Tally other) {
        return new Tally(
                table.merge(other.table),
                Math.addExact(withoutTruth, other.withoutTruth),
                Math.addExact(sameWithoutTruth, other.sameWithoutTruth),
                Math.addExact(tooLate, other.tooLate),
                Math.addExact(revised, other.revised),
                Math.addExact(abstained, other.abstained),
                supervisor.merge(other.supervisor),
                student.merge(other.student),
                ceiling.merge(other.ceiling),
                Math.max(eventTimeMs, other.eventTimeMs),
                labelsWithoutTruth.combine(other.labelsWithoutTruth, 1));
    }

    /** The difference: merged into {@code earlier} it gives this. */
    public Tally since(Tally earlier) {
        return new Tally(
                table.subtract(earlier.table),
                Math.subtractExact(withoutTruth, earlier.withoutTruth),
                Math.subtractExact(sameWithoutTruth, earlier.sameWithoutTruth),
                Math.subtractExact(tooLate, earlier.tooLate),
                Math.subtractExact(revised, earlier.revised),
                Math.subtractExact(abstained, earlier.abstained),
                supervisor.since(earlier.supervisor),
                student.since(earlier.student),
                ceiling.since(earlier.ceiling),
                eventTimeMs,
                labelsWithoutTruth.combine(earlier.labelsWithoutTruth, -1));
    }

    /**
     * These counts, of a slice, with all else of the tally of all examples: a slice is as complete
     * as the whole.
     */
    public Tally within(Tally whole) {
        return new Tally(
                table,
                withoutTruth,
                sameWithoutTruth,
                tooLate,
                revised,
                abstained,
                whole.supervisor,
                whole.student,
                whole.ceiling,
                whole.eventTimeMs,
                labelsWithoutTruth);
    }

    /** Examples that all have a row of: predictions, or the supervisor's abstention. */
    public long predicted() {
        return table.n() + withoutTruth + abstained;
    }

    /**
     * Whether some example is predicted by all models and no more are expected: no sweep is known
     * to lack rows, or a complete sweep has been predicted by all others. So a sweep of a part of
     * the holdout does not wait for predictions of the rest.
     */
    public boolean complete() {
        return predicted() > 0
                && ((supervisor.complete() && student.complete() && ceiling.complete())
                        || decides(supervisor)
                        || decides(student)
                        || decides(ceiling));
    }

    /**
     * Whether the examples predicted by all are known to be the last: the size of every sweep is
     * known and reached, or one such sweep has been predicted by all others. Only corrections move
     * the counts then. Never true of PROGRESSIVE predictions, which have no size.
     */
    public boolean closed() {
        return predicted() > 0
                && ((supervisor.whole()
                                && student.whole()
                                && (ceiling.equals(Coverage.NONE) || ceiling.whole()))
                        || decides(supervisor)
                        || decides(student)
                        || decides(ceiling));
    }

    private boolean decides(Coverage sweep) {
        return sweep.whole() && sweep.rows() == predicted();
    }
}
