package dev.belay.aggregators.statistics.change;

import java.util.SplittableRandom;

/** Batches of examples drawn from a categorical distribution, seeded. */
final class Draws {
    private final SplittableRandom random;

    Draws(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Shares of a rate: category 0 with 1 − rate, 1 with the rate. */
    static double[] rate(double rate) {
        return new double[] {1 - rate, rate};
    }

    /** Counts of the examples of a batch. */
    long[] batch(double[] shares, int examples) {
        long[] counts = new long[shares.length];
        for (int i = 0; i < examples; i++) {
            double rest = random.nextDouble();
            int k = 0;
            while (k < shares.length - 1 && rest >= shares[k]) {
                rest -= shares[k++];
            }
            counts[k]++;
        }
        return counts;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
