package dev.belay.labelers.evaluation;

import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;

/** Which checkpoints predict the holdout. */
final class SweepSchedule {
    private SweepSchedule() {}

    /** Whether a checkpoint needs a sweep. */
    static boolean isDue(ModelSpec spec, Checkpoint checkpoint) {
        if (spec.getEncoderName().equals(LabelerSpecs.NO_ENCODER)
                || checkpoint.getState() == State.FAILED) {
            return false;
        }
        return checkpoint.getState() == State.FINISHED
                || checkpoint.getNumber() % Math.max(1, spec.getEvaluateEvery()) == 0
                || (checkpoint.getState() == State.READY && mayHaveLabelled(spec, checkpoint));
    }

    /**
     * Whether students may be compared with this checkpoint for as long as they learn: their
     * supervisor's first that may label, and the last of any model.
     */
    static boolean isLasting(ModelSpec spec, Checkpoint checkpoint) {
        return checkpoint.getState() == State.FINISHED
                || (checkpoint.getState() == State.READY && mayHaveLabelled(spec, checkpoint));
    }

    /**
     * Whether students may be compared with this checkpoint as their supervisor, so that it needs
     * its sweep whatever {@code evaluateEvery} says: with {@code LATEST} each that is READY, else
     * the first, which is less than a micro-epoch past {@code readyAt}.
     */
    private static boolean mayHaveLabelled(ModelSpec spec, Checkpoint checkpoint) {
        return spec.getLabelPolicy() == LabelPolicy.LATEST
                || checkpoint.getExamplesSeen() - spec.getMicroEpoch() < spec.getReadyAt();
    }
}
