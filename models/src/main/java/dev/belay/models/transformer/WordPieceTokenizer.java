package dev.belay.models.transformer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tokens of a {@code tokenizer.json}. */
public final class WordPieceTokenizer implements Tokenizer, AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final String prefix;

    /**
     * @param prefix put before each text
     * @param maxTokens texts are cut there, special tokens included
     */
    WordPieceTokenizer(InputStream tokenizerJson, String prefix, int maxTokens) throws IOException {
        this.tokenizer =
                HuggingFaceTokenizer.newInstance(
                        tokenizerJson,
                        Map.of(
                                "maxLength", String.valueOf(maxTokens),
                                "truncation", "longest_first",
                                "padding", "do_not_pad"));
        this.prefix = prefix;
    }

    @Override
    public List<int[]> ids(List<String> texts) {
        List<String> prefixed =
                prefix.isEmpty() ? texts : texts.stream().map(text -> prefix + text).toList();
        var ids = new ArrayList<int[]>(texts.size());
        for (Encoding encoding : tokenizer.batchEncode(prefixed)) {
            long[] found = encoding.getIds();
            int[] tokens = new int[Math.max(1, found.length)]; // what fills up, where there is none
            for (int t = 0; t < found.length; t++) tokens[t] = (int) found[t];
            ids.add(tokens);
        }
        return ids;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
