package dev.belay.models.transformer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens what fine-tuned networks begin from; one of each within a process. */
public final class TransformerBases {
    /** Key: name, of folders also the root and the SHA-256 that their files must have. */
    private static final Map<List<String>, TransformerBase> OPEN = new HashMap<>();

    private TransformerBases() {}

    /**
     * What an encoder begins from; pretrained weights are read the first time, about a second.
     *
     * @param sha256 of {@code hf:NAME}, what its files must be
     * @param encodersDir where the folders of {@code hf:NAME} are
     * @throws IllegalArgumentException if it can't be fine-tuned, there is none of this name, or
     *     its files are not those
     */
    public static TransformerBase open(String name, String sha256, Path encodersDir) {
        boolean isFolder = HuggingFaceFolder.isName(name);
        List<String> key =
                isFolder
                        ? List.of(name, sha256, encodersDir.toAbsolutePath().toString())
                        : List.of(name);
        synchronized (OPEN) {
            TransformerBase open = OPEN.get(key);
            if (open == null) {
                open =
                        isFolder
                                ? HuggingFaceFolder.checked(encodersDir, name, sha256).base()
                                : load(name);
                OPEN.put(key, open);
            }
            return open;
        }
    }

    private static TransformerBase load(String name) {
        for (Pretrained model : Pretrained.ALL) if (model.name().equals(name)) return load(model);
        return ScratchTransformers.base(name);
    }

    private static TransformerBase load(Pretrained model) {
        try (InputStream in = model.onnx()) {
            var weights = new OnnxWeights(in);
            return new TransformerBase(
                    model.name(), model.shape(), model.tokens(), weights::values);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the weights of " + model.name(), e);
        }
    }
}
