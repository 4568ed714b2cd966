package dev.belay.cli.fleet;

import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a student, beside what it predicted before it learned from them, and the truth. No
 * example is judged by a model that has learned from its label.
 *
 * @param sources ids of the labelers that the supervisor reads, without truth; none of a model
 * @param rows labelled examples that the student has predicted, by its checkpoint, then id
 * @param noise whether the supervisor adds noise, and it is known which labels it changed
 */
record StudentStream(
        ModelSpec student,
        ModelSpec supervisor,
        List<String> sources,
        List<Row> rows,
        boolean noise) {
    /**
     * An example.
     *
     * @param checkpoint of the student that predicted it
     * @param label the supervisor's distribution
     * @param prediction the student's, over as many classes or options
     * @param truth null: not known
     * @param inclusion probability with which its truth was drawn; null: no truth, or no sample
     * @param votes of the sources, by their index; empty distributions where they abstained
     * @param slices of its tags, {@code name=value}; empty without truth
     * @param changed whether noise changed its label
     */
    record Row(
            String id,
            long checkpoint,
            float[] label,
            float[] prediction,
            @Nullable Integer truth,
            @Nullable Double inclusion,
            SortedMap<Integer, float[]> votes,
            List<String> slices,
            boolean changed) {
        /** The supervisor's most probable class or option, ties to the lowest. */
        int labelled() {
            return best(label);
        }

        /** The student's. */
        int predicted() {
            return best(prediction);
        }

        private static int best(float[] p) {
            int best = 0;
            for (int k = 1; k < p.length; k++) {
                if (p[k] > p[best]) {
                    best = k;
                }
            }
            return best;
        }
    }
}
