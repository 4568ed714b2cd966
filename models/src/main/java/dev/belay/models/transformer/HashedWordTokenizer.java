package dev.belay.models.transformer;

import dev.belay.models.encoder.HashingEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Lower-cased words by their hash, behind one token that begins every text (id 1; 0 fills up).
 * Words that fall into the same bucket are not told apart.
 *
 * @param buckets a power of two
 * @param longest texts are cut there
 */
record HashedWordTokenizer(int buckets, int longest) implements Tokenizer {
    private static final int SPECIAL = 2;

    /** Number of ids. */
    int vocabulary() {
        return buckets + SPECIAL;
    }

    @Override
    public List<int[]> ids(List<String> texts) {
        var ids = new ArrayList<int[]>(texts.size());
        for (String text : texts) {
            List<byte[]> words = HashingEncoder.words(text);
            int[] tokens = new int[Math.min(longest, words.size() + 1)];
            tokens[0] = 1;
            for (int t = 1; t < tokens.length; t++)
                tokens[t] = SPECIAL + HashingEncoder.bucket(words.get(t - 1), buckets);
            ids.add(tokens);
        }
        return ids;
    }
}
