package dev.belay.models.transformer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens the bases of fine-tuned networks; one instance of each per process. */
public final class TransformerBases {
    /** Key: name, most tokens and layers; for folders also the root and the expected SHA-256. */
    private static final Map<List<String>, TransformerBase> OPEN = new HashMap<>();

    private TransformerBases() {}

    /**
     * The base of an encoder; reading pretrained weights the first time takes about a second.
     *
     * @param sha256 expected SHA-256 of the files of {@code hf:NAME}
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @param maxTokens texts are truncated to this
     * @param layers only the first ones of a pretrained encoder; 0: all
     * @throws IllegalArgumentException if it can't be fine-tuned, the name is unknown, or its files
     *     have another SHA-256
     */
    public static TransformerBase open(
            String name, String sha256, Path encodersDir, int maxTokens, int layers) {
        boolean isFolder = HuggingFaceFolder.isName(name);
        String most = String.valueOf(maxTokens);
        List<String> key =
                isFolder
                        ? List.of(name, most, sha256, encodersDir.toAbsolutePath().toString())
                        : List.of(name, most, String.valueOf(layers));
        synchronized (OPEN) {
            TransformerBase open = OPEN.get(key);
            if (open == null) {
                open =
                        isFolder
                                ? HuggingFaceFolder.checked(encodersDir, name, sha256)
                                        .base(maxTokens)
                                : load(name, maxTokens, layers);
                OPEN.put(key, open);
            }
            return open;
        }
    }

    private static TransformerBase load(String name, int maxTokens, int layers) {
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name))
                return load(model, maxTokens, layers == 0 ? model.layers() : layers);
        return ScratchTransformers.base(name, maxTokens);
    }

    private static TransformerBase load(Pretrained model, int maxTokens, int layers) {
        if (model.quantized())
            throw new IllegalArgumentException(
                    model.name() + " has 8-bit weights and can't be fine-tuned");
        try (InputStream in = model.onnx()) {
            var weights = new OnnxWeights(in);
            return new TransformerBase(
                    model.name(),
                    model.shape().withLayers(layers),
                    model.tokens(maxTokens),
                    weights::values);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the weights of " + model.name(), e);
        }
    }
}
