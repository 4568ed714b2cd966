package dev.belay.aggregators.statistics.change;

/**
 * A change of a categorical distribution. The cut is the border of buckets with the largest
 * likelihood ratio, so the true one is near it, not at it.
 *
 * @param before share of each category before the cut, in [0, 1], sum 1
 * @param after share of each category since the cut
 * @param sinceMs time of the first batch after the cut, as given
 * @param fromPosition position of that batch
 * @param toPosition position of the newest batch
 * @param examplesBefore examples before the cut, since the start or the cut of the last change
 * @param examplesAfter examples since the cut
 */
public record Change(
        double[] before,
        double[] after,
        long sinceMs,
        long fromPosition,
        long toPosition,
        long examplesBefore,
        long examplesAfter) {}
