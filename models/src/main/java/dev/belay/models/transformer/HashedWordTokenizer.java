package dev.belay.models.transformer;

import dev.belay.models.input.Input;
import dev.belay.models.text.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * Lower-cased words by their hash, after one token that begins every text (id 1; 0 is padding).
 * Words of the same bucket have the same id. Parts are read as one text.
 *
 * @param buckets a power of two
 * @param longest texts are truncated to this
 */
record HashedWordTokenizer(int buckets, int longest) implements Tokenizer {
    private static final int SPECIAL = 2;

    /** Number of ids. */
    int vocabulary() {
        return buckets + SPECIAL;
    }

    @Override
    public List<Tokens> tokens(List<Input> inputs) {
        var all = new ArrayList<Tokens>(inputs.size());
        for (Input input : inputs) {
            List<byte[]> words = Words.of(input.text());
            int[] tokens = new int[Math.min(longest, words.size() + 1)];
            tokens[0] = 1;
            for (int t = 1; t < tokens.length; t++) tokens[t] = SPECIAL + bucket(words.get(t - 1));
            all.add(new Tokens(tokens, tokens.length, words.size() + 1 > longest));
        }
        return all;
    }

    private int bucket(byte[] word) {
        return Words.bucket(Words.hash(Words.NO_HASH, word), buckets);
    }
}
