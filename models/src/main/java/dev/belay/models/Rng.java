package dev.belay.models;

/**
 * Random numbers that are the same in every Java version and on every machine: SplitMix64 (Steele,
 * Lea, Flood 2014), with bounded and real numbers derived here, because the JDK's algorithms may
 * change.
 */
public final class Rng {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long state;

    /** A separate stream for each combination of keys, such as (seed, purpose, micro-epoch). */
    public Rng(long... keys) {
        long mixed = 0;
        for (long key : keys) mixed = mix(mixed + GOLDEN ^ mix(key + GOLDEN));
        state = mixed;
    }

    /** Uniform over all 64-bit numbers. */
    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** Uniform in [0, bound). */
    public int nextInt(int bound) {
        if (bound < 1) throw new IllegalArgumentException("bound must be at least 1, got " + bound);
        // multiply-shift over 63 bits: the bias is below bound / 2^63
        return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
    }

    /** Uniform in [0, 1), in steps of 2<sup>-24</sup>. */
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    /** Uniform in [0, 1), in steps of 2<sup>-53</sup>. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Puts the first {@code n} places in random order drawn from all of {@code items}. */
    public void shuffle(int[] items, int n) {
        for (int i = 0; i < n; i++) {
            int j = i + nextInt(items.length - i);
            int swapped = items[i];
            items[i] = items[j];
            items[j] = swapped;
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
