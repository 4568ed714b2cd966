package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.models.text.Words;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Bag of words: counts of lower-cased n-grams hashed to 2<sup>14</sup> buckets (parameter {@code
 * buckets}), scaled to unit length. A text without words gives a row of zeros. Parts are read as
 * one text.
 *
 * <p>Words and hashes are those of {@link Words}; an n-gram is n words joined by one space.
 */
public final class HashingEncoder implements Encoder {
    /** Number of buckets by default, 2<sup>14</sup>. */
    public static final int BUCKETS = 1 << 14;

    /** {@code hashing}: single words. */
    public static final class Unigrams extends Provider {
        public Unigrams() {
            super("hashing", 1);
        }
    }

    /** {@code hashing-bigrams}: single words and pairs. */
    public static final class Bigrams extends Provider {
        public Bigrams() {
            super("hashing-bigrams", 2);
        }
    }

    private abstract static class Provider implements EncoderProvider {
        private static final String KEY = "buckets";

        private final String name;
        private final int longest;

        Provider(String name, int longest) {
            this.name = name;
            this.longest = longest;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(
                    Parameter.choice(
                            KEY,
                            String.valueOf(BUCKETS),
                            List.of("1024", "2048", "4096", "8192", "16384", "32768", "65536"),
                            "Number of buckets, the features of each text."));
        }

        @Override
        public int dimensions(Parameters parameters) {
            return (int) parameters.integer(KEY);
        }

        @Override
        public Encoder open(Parameters parameters) {
            return new HashingEncoder(name, longest, dimensions(parameters));
        }
    }

    private final String name;
    private final int longest;
    private final int buckets;

    /** With {@link #BUCKETS}. */
    public HashingEncoder(String name, int longest) {
        this(name, longest, BUCKETS);
    }

    /**
     * @param longest longest n-gram counted, in words; 1 = single words only; 1 to 5
     * @param buckets a power of two
     */
    HashingEncoder(String name, int longest, int buckets) {
        if (longest < 1 || longest > 5)
            throw new IllegalArgumentException("n-grams must be 1 to 5 words long, got " + longest);
        this.name = name;
        this.longest = longest;
        this.buckets = buckets;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimensions() {
        return buckets;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        float[][] rows = new float[inputs.size()][];
        for (int i = 0; i < rows.length; i++) rows[i] = encode(inputs.get(i).text());
        return rows;
    }

    @Override
    public void close() {
        // no resources
    }

    private float[] encode(String text) {
        float[] row = new float[buckets];
        List<byte[]> words = Words.of(text);
        double squares = 0;
        for (int first = 0; first < words.size(); first++) {
            long hash = Words.NO_HASH;
            for (int n = 0; n < longest && first + n < words.size(); n++) {
                if (n > 0) hash = Words.hash(hash, (byte) ' ');
                hash = Words.hash(hash, words.get(first + n));
                int bucket = Words.bucket(hash, buckets);
                squares += 2 * row[bucket] + 1; // (c + 1)² - c²
                row[bucket]++;
            }
        }
        if (squares > 0) {
            float scale = (float) (1 / Math.sqrt(squares));
            for (int k = 0; k < buckets; k++) row[k] *= scale;
        }
        return row;
    }
}
