/**
 * Predictors: what can predict from a checkpoint. {@link
 * dev.belay.labelers.prediction.PredictorFormat} is the extension point for further formats. A
 * checkpoint that is missing, altered or does not fit its spec is an {@link
 * dev.belay.labelers.prediction.UnusableCheckpointException}. A predictor belongs to one thread at
 * a time.
 */
@NullMarked
package dev.belay.labelers.prediction;

import org.jspecify.annotations.NullMarked;
