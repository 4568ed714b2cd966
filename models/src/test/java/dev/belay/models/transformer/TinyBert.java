package dev.belay.models.transformer;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.transformer.Pretrained.Pooling;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A BERT of random weights in a folder, small enough for tests, of 12 words. */
public final class TinyBert {
    public static final TransformerShape SHAPE =
            new TransformerShape(16, 64, 2, 8, 2, 2, 12, 1e-12f, Pooling.MEAN);
    static final String CONFIG =
            """
            {"model_type": "bert", "hidden_act": "gelu", "vocab_size": 16, "hidden_size": 8,
             "max_position_embeddings": 64, "type_vocab_size": 2, "num_hidden_layers": 2,
             "num_attention_heads": 2, "intermediate_size": 12, "layer_norm_eps": 1e-12}
            """;
    private static final String[] WORDS = {
        "a", "bad", "boring", "film", "fine", "good", "great", "it", "is", "no", "this", "weak"
    };

    private TinyBert() {}

    /** Makes the folder NAME below the root; its encoder is {@code hf:NAME}. */
    public static Path write(Path root, String name, String prefix) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        var vocabulary = new StringBuilder("\"[PAD]\": 0, \"[UNK]\": 1");
        for (int i = 0; i < WORDS.length; i++)
            vocabulary.append(", \"").append(WORDS[i]).append("\": ").append(i + 2);
        Files.writeString(
                folder.resolve("tokenizer.json"),
                """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                 "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {%s}}}
                """
                        .formatted(vocabulary));
        var tensors = new ArrayList<Tensor>();
        SHAPE.parameters()
                .forEach(
                        (parameter, shape) ->
                                tensors.add(
                                        Tensor.ofFloats(
                                                prefix + parameter,
                                                values(parameter, shape),
                                                shape)));
        // something else that such files hold, in another type
        ByteBuffer two = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        tensors.add(new Tensor("pooler.bias", Tensor.Type.BF16, new long[] {2}, two));
        Files.write(folder.resolve("model.safetensors"), SafeTensors.of(Map.of(), tensors).write());
        return folder;
    }

    static float[] values(String parameter, long[] shape) {
        float[] values = new float[Parameter.size(shape)];
        var random = new Rng(17, parameter.hashCode());
        boolean scale = parameter.endsWith("LayerNorm.weight");
        for (int i = 0; i < values.length; i++)
            values[i] = (scale ? 1 : 0) + 0.4f * (2 * random.nextFloat() - 1);
        return values;
    }

    /** Texts of 1 to 40 words; class 1 where there are more of the later words. */
    public static List<String> texts(int count) {
        var random = new Rng(5);
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder();
            for (int w = random.nextInt(40); w >= 0; w--)
                text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
            texts.add(text.toString());
        }
        return texts;
    }

    /** One-hot: whether a text says "good" more often than "bad". */
    public static float[][] labels(List<String> texts) {
        return texts.stream()
                .map(
                        text ->
                                count(text, "good") > count(text, "bad")
                                        ? new float[] {0, 1}
                                        : new float[] {1, 0})
                .toArray(float[][]::new);
    }

    private static int count(String text, String word) {
        return text.split(word, -1).length;
    }
}
