package dev.belay.models.transformer;

import dev.belay.models.optimizer.Parameter;
import dev.belay.models.transformer.Pretrained.Pooling;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The shape of a transformer encoder: BERT (Devlin et al. 2019) without its pooler.
 *
 * @param vocabulary rows of the word embeddings
 * @param positions longest text in tokens; 0: no position embeddings
 * @param types rows of the segment embeddings, of which the first two are used; 0: none
 * @param width of a token's vector
 * @param layers of attention; 0 = a bag of words
 * @param heads of attention per layer; must divide the width
 * @param inner units between the two linear layers after attention
 * @param epsilon of LayerNorm
 * @param pooling of the token vectors to one vector
 */
public record TransformerShape(
        int vocabulary,
        int positions,
        int types,
        int width,
        int layers,
        int heads,
        int inner,
        float epsilon,
        Pooling pooling) {
    public TransformerShape {
        if (vocabulary < 1
                || positions < 0
                || types < 0
                || width < 1
                || layers < 0
                || heads < 1
                || width % heads != 0
                || inner < 1)
            throw new IllegalArgumentException(
                    "no such transformer: vocabulary %s, width %s, layers %s, heads %s, inner %s"
                            .formatted(vocabulary, width, layers, heads, inner));
    }

    /** Only its first layers. */
    public TransformerShape withLayers(int first) {
        return new TransformerShape(
                vocabulary, positions, types, width, first, heads, inner, epsilon, pooling);
    }

    /** Name → shape of each parameter, from input to output, with Hugging Face's names. */
    public Map<String, long[]> parameters() {
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put("embeddings.word_embeddings.weight", new long[] {vocabulary, width});
        if (positions > 0)
            shapes.put("embeddings.position_embeddings.weight", new long[] {positions, width});
        if (types > 0)
            shapes.put("embeddings.token_type_embeddings.weight", new long[] {types, width});
        norm(shapes, "embeddings.LayerNorm");
        for (int i = 0; i < layers; i++) {
            String layer = layer(i);
            for (String part : new String[] {"query", "key", "value"})
                linear(shapes, layer + "attention.self." + part, width, width);
            linear(shapes, layer + "attention.output.dense", width, width);
            norm(shapes, layer + "attention.output.LayerNorm");
            linear(shapes, layer + "intermediate.dense", width, inner);
            linear(shapes, layer + "output.dense", inner, width);
            norm(shapes, layer + "output.LayerNorm");
        }
        return shapes;
    }

    /** Number of weights of all parameters. */
    public long size() {
        return Parameter.count(parameters());
    }

    static String layer(int i) {
        return "encoder.layer." + i + ".";
    }

    /**
     * The trained parameters.
     *
     * @throws IllegalArgumentException if it has fewer layers than are to be trained
     */
    public Map<String, long[]> learning(FineTune tune, String encoder) {
        if (tune.layers() > layers)
            throw new IllegalArgumentException(
                    "can't fine-tune the last %s layers of %s, which has %s"
                            .formatted(tune.layers(), encoder, layers));
        int first = tune.scope() == FineTune.Scope.LAST ? layers - tune.layers() : 0;
        var learning = new LinkedHashMap<String, long[]>();
        parameters()
                .forEach(
                        (name, shape) -> {
                            boolean learns = name.startsWith("embeddings.") && tune.embeddings();
                            for (int i = first; i < layers; i++)
                                learns |= name.startsWith(layer(i));
                            if (learns) learning.put(name, shape);
                        });
        return learning;
    }

    private static void linear(Map<String, long[]> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new long[] {out, in});
        shapes.put(name + ".bias", new long[] {out});
    }

    private void norm(Map<String, long[]> shapes, String name) {
        shapes.put(name + ".weight", new long[] {width});
        shapes.put(name + ".bias", new long[] {width});
    }
}
