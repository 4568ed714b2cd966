package dev.belay.aggregators.statistics.noise;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import org.jspecify.annotations.Nullable;

/**
 * Least error rate of the worse of two labelers, without truth and without assumptions: wherever
 * they differ at least one is wrong, so their error rates sum to at least the share D on which they
 * differ, and the greater of the two is at least D/2. It says nothing about errors that both make.
 *
 * @param disagreement D with its interval, see {@link Rate}
 * @param worse D/2: estimate of the bound
 * @param certain half the lower limit of D: at most the worse labeler's error rate with probability
 *     97.5 %
 */
public record DisagreementBound(Measure disagreement, double worse, double certain) {

    /**
     * @param differ examples that both have labeled, differently
     * @param n examples that both have labeled
     * @return null if n is 0
     * @throws IllegalArgumentException unless 0 ≤ differ ≤ n
     */
    public static @Nullable DisagreementBound of(long differ, long n) {
        Measure share = Rate.of(differ, n);
        return share == null
                ? null
                : new DisagreementBound(share, share.value() / 2, share.low() / 2);
    }
}
