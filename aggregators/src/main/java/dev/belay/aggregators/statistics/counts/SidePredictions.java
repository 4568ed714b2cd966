package dev.belay.aggregators.statistics.counts;

/**
 * What one side says of many examples, by their numbers. Not copied: whoever holds it must not
 * change it while it is counted.
 *
 * @param says the class predicted for each
 * @param probabilities rows of K; an example's begins at {@code example · K}
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
public record SidePredictions(char[] says, float[] probabilities) {}
