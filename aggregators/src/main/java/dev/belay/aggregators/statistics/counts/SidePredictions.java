package dev.belay.aggregators.statistics.counts;

/**
 * Predictions of one side, by number of the example. Not copied: must not be modified while they
 * are counted.
 *
 * @param predicted predicted class of each example
 * @param probabilities rows of K; an example's starts at {@code example · K}
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
public record SidePredictions(char[] predicted, float[] probabilities) {}
