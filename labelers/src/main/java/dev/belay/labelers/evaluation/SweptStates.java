package dev.belay.labelers.evaluation;

import dev.belay.schemas.events.LabelerSpec;
import org.jspecify.annotations.Nullable;

/** What labelers that learn have learned when they predict a holdout. */
@FunctionalInterface
interface SweptStates {
    /**
     * The state that predicts the holdout of a spec's task: of a stream that ends the last one, of
     * an endless one the newest.
     *
     * @param least records of an endless stream that must have been passed; negative: the stream
     *     ends, and must have been labelled to its end
     * @return null while there is none; empty where the end was reached without a label by this
     *     version
     */
    byte @Nullable [] of(LabelerSpec spec, long least);
}
