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
    /** Key: name; for folders also the root and the expected SHA-256 of the files. */
    private static final Map<List<String>, TransformerBase> OPEN = new HashMap<>();

    private TransformerBases() {}

    /**
     * The base of an encoder; reading pretrained weights the first time takes about a second.
     *
     * @param sha256 expected SHA-256 of the files of {@code hf:NAME}
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @throws IllegalArgumentException if it can't be fine-tuned, the name is unknown, or its files
     *     have another SHA-256
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
