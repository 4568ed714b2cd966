package dev.belay.models.transformer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The pretrained sentence encoders that come as jars, all with 384 dimensions.
 *
 * @param name in experiment files
 * @param resource name of the ONNX file at the jar's root, without its ending; the tokenizer is
 *     {@code <resource>-tokenizer.json}
 * @param pooling of the token vectors to one sentence vector, as in the model's training
 * @param prefix put before each text. E5 was trained with {@code query: } or {@code passage: }
 *     before every text; its authors recommend {@code query: } if embeddings are used as features
 * @param layers of attention
 * @param maxTokens longest text, special tokens included: MiniLM was trained with 256
 *     (sentence-transformers' max_seq_length), the others with 512
 * @param quantized whether weights and activations are 8-bit integers. The scale of activations is
 *     that of the whole batch, so a text's vector depends on its batch; it can't be fine-tuned
 * @param version changes whenever the vectors do (weights, tokenizer, pooling, ONNX Runtime), so
 *     that cached vectors of another version are never read
 */
public record Pretrained(
        String name,
        String resource,
        Pooling pooling,
        String prefix,
        int layers,
        int maxTokens,
        boolean quantized,
        String version) {
    public static final int DIMENSIONS = 384;

    public enum Pooling {
        /** Mean of the token vectors, padding left out. */
        MEAN,
        /** The first token's vector. */
        CLS
    }

    private static final String VERSION = "0.36.2-ort1.20.0-1";

    public static final List<Pretrained> ALL =
            List.of(
                    of("minilm", "all-minilm-l6-v2", Pooling.MEAN, "", 6, 256, false),
                    of("bge", "bge-small-en-v1.5", Pooling.CLS, "", 12, 512, false),
                    of("e5", "e5-small-v2", Pooling.MEAN, "query: ", 12, 512, false),
                    of("minilm-int8", "all-minilm-l6-v2-q", Pooling.MEAN, "", 6, 256, true),
                    of("bge-int8", "bge-small-en-v1.5-q", Pooling.CLS, "", 12, 512, true));

    private static Pretrained of(
            String name,
            String resource,
            Pooling pooling,
            String prefix,
            int layers,
            int maxTokens,
            boolean quantized) {
        return new Pretrained(
                name, resource, pooling, prefix, layers, maxTokens, quantized, VERSION);
    }

    /** Its shape; all have the vocabulary of BERT, uncased. */
    public TransformerShape shape() {
        return new TransformerShape(
                30_522, 512, 2, DIMENSIONS, layers, 12, 4 * DIMENSIONS, 1e-12f, pooling);
    }

    /**
     * Opens its tokenizer.
     *
     * @param maxTokens texts are truncated to this, special tokens included
     */
    public WordPieceTokenizer tokens(int maxTokens) {
        try (InputStream in = open(resource + "-tokenizer.json")) {
            return new WordPieceTokenizer(in, prefix, maxTokens);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot load the tokenizer of " + name, e);
        }
    }

    /** Opens its ONNX file. */
    public InputStream onnx() {
        return open(resource + ".onnx");
    }

    private static InputStream open(String file) {
        InputStream in = Pretrained.class.getResourceAsStream("/" + file);
        if (in == null)
            throw new IllegalStateException(
                    "no " + file + " on the class path: its langchain4j-embeddings jar is missing");
        return in;
    }
}
