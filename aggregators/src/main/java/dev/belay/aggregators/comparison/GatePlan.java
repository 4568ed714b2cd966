package dev.belay.aggregators.comparison;

import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.ModelSpec;

/**
 * Assigns gates to a student's checkpoints. The numbers k are fixed before any prediction is read,
 * so they depend neither on the order of arrival nor on restarts. Every {@code evaluateEvery}-th
 * checkpoint n is planned: k = n / {@code evaluateEvery}. The last one is planned too: k = ⌈n /
 * {@code evaluateEvery}⌉, which is its own number and greater than that of all before it. Others
 * that are swept (the initial weights, those that only label) have no gate: k would be that of a
 * planned one.
 *
 * <p>Students with the encoder {@code none} are trained by others: the numbers of their checkpoints
 * follow no plan (steps, dates). Their gates are numbered in the order of first completion, by the
 * merger.
 */
public final class GatePlan {
    /** In place of k: no gate. */
    public static final long NO_GATE = 0;

    private GatePlan() {}

    /** Whether a student's checkpoints are planned by its spec. */
    public static boolean isPlanned(ModelSpec student) {
        return !student.getEncoderName().equals(LabelerSpecs.NO_ENCODER);
    }

    /** The planned k of a checkpoint, from 1, or {@link #NO_GATE}. */
    public static long k(Catalog catalog, ModelSpec student, long checkpoint) {
        long every = Math.max(1, student.getEvaluateEvery());
        if (checkpoint % every == 0) {
            return checkpoint / every;
        }
        return Comparisons.finished(catalog, student.getId(), checkpoint)
                ? checkpoint / every + 1
                : NO_GATE;
    }
}
