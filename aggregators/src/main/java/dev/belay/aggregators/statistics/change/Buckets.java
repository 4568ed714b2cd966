package dev.belay.aggregators.statistics.change;

import java.util.Arrays;

/**
 * Counts of a stream in buckets that are the larger the older they are: an exponential histogram as
 * in ADWIN (Bifet &amp; Gavaldà, "Learning from time-changing data with adaptive windowing", SDM
 * 2007), for batches of any size.
 *
 * <p>Each batch starts a bucket. Two neighbours are merged once together they hold at most
 * 1/{@value #RESOLUTION} of the examples newer than both, so some border is near the start of a
 * window of any length. The number of buckets grows with the logarithm of that of the examples: 146
 * after a million single ones, in 6 to 12 KB for two categories and 1.1 KB as bytes. Which borders
 * remain depends on the sizes of batches only, not on their categories. Mutable, not thread-safe.
 */
final class Buckets {
    static final int RESOLUTION = 8;

    // a bucket is a row of longs: time and position of its first batch, examples, then the counts
    private static final int TIME = 0;
    private static final int POSITION = 1;
    private static final int EXAMPLES = 2;
    private static final int COUNTS = 3;

    private final int width;
    private final long[] totals;
    private long[] rows; // oldest first
    private int size;
    private long examples;

    Buckets(int categories) {
        width = COUNTS + categories;
        totals = new long[categories];
        rows = new long[16 * width];
    }

    /** Number of buckets; they are numbered from the oldest. */
    int size() {
        return size;
    }

    /** Counts by category of all buckets; not a copy. */
    long[] totals() {
        return totals;
    }

    /** Examples in all buckets. */
    long examples() {
        return examples;
    }

    long timeMs(int bucket) {
        return rows[bucket * width + TIME];
    }

    long position(int bucket) {
        return rows[bucket * width + POSITION];
    }

    long examples(int bucket) {
        return rows[bucket * width + EXAMPLES];
    }

    long count(int bucket, int category) {
        return rows[bucket * width + COUNTS + category];
    }

    /** Adds the counts of a bucket to a sum. */
    void addTo(long[] sum, int bucket) {
        int at = bucket * width + COUNTS;
        for (int k = 0; k < sum.length; k++) {
            sum[k] += rows[at + k];
        }
    }

    /**
     * Adds a newest bucket, without merging. Negative counts are taken as 0, and without a positive
     * one there is no bucket.
     *
     * @throws ArithmeticException if the examples exceed 2⁶³ − 1
     */
    void append(long[] counts, long timeMs, long position) {
        long sum = 0;
        for (long count : counts) {
            sum = Math.addExact(sum, Math.max(0, count));
        }
        if (sum == 0) {
            return;
        }
        examples = Math.addExact(examples, sum);
        if ((size + 1) * width > rows.length) {
            rows = Arrays.copyOf(rows, rows.length * 2);
        }
        int at = size++ * width;
        rows[at + TIME] = timeMs;
        rows[at + POSITION] = position;
        rows[at + EXAMPLES] = sum;
        for (int k = 0; k < counts.length; k++) {
            rows[at + COUNTS + k] = Math.max(0, counts[k]);
            totals[k] += rows[at + COUNTS + k];
        }
    }

    /** Takes up to this many examples of a category out of the newest buckets that have some. */
    void subtract(int category, long most) {
        long rest = Math.min(most, totals[category]);
        totals[category] -= rest;
        examples -= rest;
        for (int bucket = size - 1; rest > 0; bucket--) {
            int at = bucket * width;
            long taken = Math.min(rest, rows[at + COUNTS + category]);
            rows[at + COUNTS + category] -= taken;
            rows[at + EXAMPLES] -= taken;
            rest -= taken;
            if (rows[at + EXAMPLES] == 0) {
                remove(bucket, bucket + 1);
            }
        }
    }

    /** Merges neighbours that may be merged, from the newest to the oldest. */
    void compact() {
        long newer = 0;
        for (int bucket = size - 1; bucket > 0; bucket--) {
            int at = bucket * width;
            int older = at - width;
            if (rows[older + EXAMPLES] + rows[at + EXAMPLES] <= newer / RESOLUTION) {
                for (int field = EXAMPLES; field < width; field++) {
                    rows[older + field] += rows[at + field];
                }
                remove(bucket, bucket + 1);
            } else {
                newer += rows[at + EXAMPLES];
            }
        }
    }

    /** Drops all buckets before this one. */
    void dropBefore(int bucket) {
        for (int dropped = 0; dropped < bucket; dropped++) {
            examples -= examples(dropped);
            for (int k = 0; k < totals.length; k++) {
                totals[k] -= count(dropped, k);
            }
        }
        remove(0, bucket);
    }

    private void remove(int from, int to) {
        System.arraycopy(rows, to * width, rows, from * width, (size - to) * width);
        size -= to - from;
    }
}
