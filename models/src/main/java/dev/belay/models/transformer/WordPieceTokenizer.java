package dev.belay.models.transformer;

import static java.util.Collections.emptyIterator;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.PairList;
import dev.belay.models.input.Input;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The tokens of a {@code tokenizer.json}. */
public final class WordPieceTokenizer implements Tokenizer, AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final String prefix;

    /**
     * @param prefix put before each text or part
     * @param maxTokens inputs are truncated to this, special tokens included
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

    /** Two parts are two segments, as BERT was trained; more than two are read as one text. */
    @Override
    public List<Tokens> tokens(List<Input> inputs) {
        var texts = new ArrayList<String>();
        var pairs = new PairList<String, String>();
        for (Input input : inputs) {
            if (isPair(input)) {
                List<Input.Part> parts = ((Input.Parts) input).parts();
                pairs.add(prefix + parts.get(0).text(), prefix + parts.get(1).text());
            } else {
                texts.add(prefix + input.text());
            }
        }
        Iterator<Encoding> single =
                texts.isEmpty()
                        ? emptyIterator()
                        : List.of(tokenizer.batchEncode(texts)).iterator();
        Iterator<Encoding> paired =
                pairs.isEmpty()
                        ? emptyIterator()
                        : List.of(tokenizer.batchEncode(pairs)).iterator();
        return inputs.stream()
                .map(input -> tokens(isPair(input) ? paired.next() : single.next()))
                .toList();
    }

    private static boolean isPair(Input input) {
        return input instanceof Input.Parts parts && parts.parts().size() == 2;
    }

    private static Tokens tokens(Encoding encoding) {
        long[] found = encoding.getIds();
        long[] types = encoding.getTypeIds();
        int[] ids = new int[Math.max(1, found.length)]; // one padding token if none
        int second = ids.length;
        for (int t = found.length - 1; t >= 0; t--) {
            ids[t] = (int) found[t];
            if (types[t] == 1) second = t;
        }
        return new Tokens(ids, second, encoding.exceedMaxLength());
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
