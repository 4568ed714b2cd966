package dev.belay.cli.noise;

import dev.belay.aggregators.statistics.noise.PredictionPowered;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a student, beside what it and its ceiling predicted before they learned from them,
 * and the truth. No example is judged by a model that has learned from its label.
 *
 * @param rows labelled examples that the student has predicted, by its checkpoint, then id
 * @param settledMs event time, ms since the epoch, before which no row is missing any more:
 *     student, ceiling and labels are beyond it in every partition; {@link Long#MAX_VALUE} once the
 *     models are finished
 * @param flipsKnown whether it is known which labels noise has changed
 */
public record StudentStream(StudentPair pair, List<Row> rows, long settledMs, boolean flipsKnown) {
    /**
     * An example.
     *
     * @param timeMs event time, ms since the epoch
     * @param checkpoint of the student that predicted it
     * @param label the supervisor's distribution
     * @param prediction the student's, over as many classes or options
     * @param ceiling the ceiling's class or option; null: it has not predicted the example, or its
     *     predictions are not read
     * @param truth null: not known, or not in the task's sample
     * @param inclusion probability with which its truth was drawn; null: no truth, or no sample
     * @param slices of its tags, {@code name=value}; empty without truth
     * @param flipped whether noise has changed its label
     * @param votes of the sources, by their index; empty distributions where they abstained
     */
    public record Row(
            String id,
            long timeMs,
            long checkpoint,
            float[] label,
            float[] prediction,
            @Nullable Integer ceiling,
            @Nullable Integer truth,
            @Nullable Double inclusion,
            List<String> slices,
            boolean flipped,
            SortedMap<Integer, float[]> votes) {
        /** The supervisor's most probable class or option, ties to the lowest. */
        public int labelled() {
            return best(label);
        }

        /** The student's. */
        public int predicted() {
            return best(prediction);
        }

        public boolean isWrong() {
            return truth != null && truth != labelled();
        }

        static int best(float[] p) {
            int best = 0;
            for (int k = 1; k < p.length; k++) {
                if (p[k] > p[best]) {
                    best = k;
                }
            }
            return best;
        }
    }

    /** Whether the ceiling's predictions are used: it has predicted some examples. */
    public boolean byCeiling() {
        return rows.stream().anyMatch(row -> row.ceiling() != null);
    }

    /**
     * Counts of some rows for {@link PredictionPowered}: those that the model has predicted.
     *
     * @param byCeiling whether the model is the ceiling, else the student
     */
    public static PredictionPowered.Counts counts(List<Row> rows, boolean byCeiling) {
        long n = 0;
        long wrong = 0;
        long differ = 0;
        long both = 0;
        long without = 0;
        long differWithout = 0;
        for (Row row : rows) {
            Integer predicted = byCeiling ? row.ceiling() : (Integer) row.predicted();
            if (predicted == null) {
                continue;
            }
            boolean differs = predicted != row.labelled();
            if (row.truth() == null) {
                without++;
                differWithout += differs ? 1 : 0;
            } else {
                n++;
                wrong += row.isWrong() ? 1 : 0;
                differ += differs ? 1 : 0;
                both += differs && row.isWrong() ? 1 : 0;
            }
        }
        return new PredictionPowered.Counts(n, wrong, differ, both, without, differWithout);
    }

    /** Share of the labels of some rows that noise has changed; null: not known, or no rows. */
    public @Nullable Double injected(List<Row> of) {
        return flipsKnown && !of.isEmpty()
                ? (Double) ((double) of.stream().filter(Row::flipped).count() / of.size())
                : null;
    }
}
