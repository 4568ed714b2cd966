package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Anytime;
import dev.belay.aggregators.statistics.intervals.Anytime.Models;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * Share of wrong labels among the examples with truth. It estimates the share among all examples
 * only if those with truth are a random sample of them; where truth is more frequent on examples
 * that are harder to label, no interval below covers it.
 *
 * @param rate P(label ≠ truth) with its fixed-sample interval, see {@link Rate}
 * @param anytime the same with limits that hold at all times simultaneously, for labels whose error
 *     rate may change: the mean error rate so far ({@link Anytime}). About 1.8 times as wide as
 *     {@code rate} at error rates of .05 to .2, 2.1 times at .4 (10,000 examples)
 */
public record NoiseRate(Measure rate, Measure anytime) {

    /**
     * @param wrong examples whose label differs from their truth
     * @param n examples with truth and a label
     * @return null if n is 0
     * @throws IllegalArgumentException unless 0 ≤ wrong ≤ n
     */
    public static @Nullable NoiseRate of(long wrong, long n) {
        Measure rate = Rate.of(wrong, n);
        return rate == null ? null : new NoiseRate(rate, anytime(wrong, n));
    }

    /**
     * The error rate is the gain of a model that is always right over the labels: [right] − [label
     * right] = [label wrong], so its limits are those of that gain, within [0, 1].
     */
    private static Measure anytime(long wrong, long n) {
        long[] cells = new long[CellTable.SIZE];
        cells[CellTable.SUPERVISOR | CellTable.STUDENT | CellTable.SAME] = n - wrong;
        cells[CellTable.STUDENT] = wrong;
        Measure gain =
                requireNonNull(Anytime.of(CellTable.of(cells), null, Models.CHANGING)).gain();
        return new Measure(gain.value(), Math.max(0, gain.low()), Math.min(1, gain.high()), n);
    }
}
