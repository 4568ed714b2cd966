package dev.belay.models.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layout of checkpoint files in every store: {@code <experiment>/<model>.<seed>.<run>/} and the
 * file names of {@link CheckpointStore.Kind}.
 */
final class StoreLayout {
    private static final Pattern MODEL_ID =
            Pattern.compile("([a-z0-9-]+)/([a-z0-9-]+)#([0-9-]+)@([0-9]+)");
    private static final Pattern SHA256_IN_NAME =
            Pattern.compile("-([0-9a-f]{64})\\.(safetensors|json)");

    private StoreLayout() {}

    /**
     * {@code experiment/model.seed.run}, with {@code /} between the two parts and none at the end.
     *
     * @throws IllegalArgumentException when it is not a model id
     */
    static String folder(String modelId) {
        Matcher id = MODEL_ID.matcher(modelId);
        if (!id.matches())
            throw new IllegalArgumentException(
                    "model id '" + modelId + "', expected experiment/model#seed@run");
        return id.group(1) + "/" + id.group(2) + "." + id.group(3) + "." + id.group(4);
    }

    /** The SHA-256 in a file's name; empty if it is not a complete file of a checkpoint. */
    static String sha256(String fileName) {
        Matcher name = SHA256_IN_NAME.matcher(fileName);
        return name.find() && name.end() == fileName.length() ? name.group(1) : "";
    }

    /**
     * Message for a file that is not in the store, mostly because services have different stores.
     */
    static String absent(String uri, String store) {
        return ("checkpoint file %s is not in the store %s; expected the store it was"
                        + " written to: every service needs the same setting 'store'")
                .formatted(uri, store);
    }
}
