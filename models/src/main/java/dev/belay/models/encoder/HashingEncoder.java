package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bag of words: counts of lower-cased n-grams hashed to 2<sup>14</sup> buckets (parameter {@code
 * buckets}), scaled to unit length. A text without words gives a row of zeros. Parts are read as
 * one text.
 *
 * <p>A word is a longest run of letters, digits, marks and underscores of Unicode 13.0 ({@link
 * UnicodeTable}, whatever the JDK's version is); an n-gram is n words joined by one space. Its
 * bucket is its 64-bit FNV-1a hash over UTF-8, folded by xor to 32 bits, modulo the number of
 * buckets: the same on every machine, JDK and version.
 */
public final class HashingEncoder implements Encoder {
    /** Number of buckets by default, 2<sup>14</sup>. */
    public static final int BUCKETS = 1 << 14;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

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
        List<byte[]> words = words(text);
        double squares = 0;
        for (int first = 0; first < words.size(); first++) {
            long hash = FNV_OFFSET;
            for (int n = 0; n < longest && first + n < words.size(); n++) {
                if (n > 0) hash = (hash ^ ' ') * FNV_PRIME;
                for (byte b : words.get(first + n)) hash = (hash ^ (b & 0xff)) * FNV_PRIME;
                int bucket = bucket(hash, buckets);
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

    /**
     * FNV-1a of a word.
     *
     * @param buckets a power of two
     */
    public static int bucket(byte[] word, int buckets) {
        long hash = FNV_OFFSET;
        for (byte b : word) hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        return bucket(hash, buckets);
    }

    private static int bucket(long hash, int buckets) {
        return (int) (hash ^ (hash >>> 32)) & (buckets - 1);
    }

    /** The lower-cased words of a text, UTF-8. */
    public static List<byte[]> words(String text) {
        String lower = UnicodeTable.lowerCase(text);
        var words = new ArrayList<byte[]>();
        int start = -1;
        for (int at = 0; at < lower.length(); ) {
            int c = lower.codePointAt(at);
            boolean inWord = UnicodeTable.inWord(c);
            if (inWord && start < 0) start = at;
            if (!inWord && start >= 0) {
                words.add(lower.substring(start, at).getBytes(StandardCharsets.UTF_8));
                start = -1;
            }
            at += Character.charCount(c);
        }
        if (start >= 0) words.add(lower.substring(start).getBytes(StandardCharsets.UTF_8));
        return words;
    }
}
