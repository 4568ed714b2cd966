package dev.belay.labelers.evaluation;

import dev.belay.schemas.events.LabelerSpec;
import org.jspecify.annotations.Nullable;

/** What labelers that learn have learned when they predict a holdout. */
@FunctionalInterface
interface SweptStates {
    /**
     * The state that predicts the holdout of a spec's task.
     *
     * @param endless whether the stream of the task has no end
     * @return null while there is none: the stream has an end that the labeler has not reached, or
     *     has none and this version has labelled nothing; empty where it has reached the end
     *     without having labelled anything
     */
    byte @Nullable [] of(LabelerSpec spec, boolean endless);
}
