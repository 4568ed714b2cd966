package dev.belay.models.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a checkpoint's files lie in every store: {@code <experiment>/<model>.<seed>.<run>/} and the
 * names that {@link CheckpointStore.Kind} gives.
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
     * @throws IllegalArgumentException when it is no model id
     */
    static String folder(String modelId) {
        Matcher id = MODEL_ID.matcher(modelId);
        if (!id.matches())
            throw new IllegalArgumentException(
                    "model id '" + modelId + "', expected experiment/model#seed@run");
        return id.group(1) + "/" + id.group(2) + "." + id.group(3) + "." + id.group(4);
    }

    /**
     * The SHA-256 that a file's name claims; empty for what is no finished file of a checkpoint.
     */
    static String sha256(String fileName) {
        Matcher name = SHA256_IN_NAME.matcher(fileName);
        return name.find() && name.end() == fileName.length() ? name.group(1) : "";
    }

    /** Says that a file is not in a store: most often two services have two stores. */
    static String absent(String uri, String store) {
        return ("checkpoint file %s is not in the store %s; expected the store it was"
                        + " written to: every service needs the same setting 'store'")
                .formatted(uri, store);
    }
}
