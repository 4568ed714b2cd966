package dev.belay.aggregators.statistics.counts;

/**
 * Predictions of one side for many examples, by their numbers. Not copied: must not be modified
 * while they are counted.
 *
 * @param says the predicted class of each
 * @param probabilities rows of K; an example's begins at {@code example · K}
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
public record SidePredictions(char[] says, float[] probabilities) {}
