package dev.belay.models.transformer;

/** Hugging Face's names of parameters. */
final class HuggingFaceNames {
    private static final String PREFIX = "bert.";

    private HuggingFaceNames() {}

    /** A name without the prefix of models with a task head, in the current spelling. */
    static String plain(String name) {
        String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        return plain.replace("LayerNorm.gamma", "LayerNorm.weight")
                .replace("LayerNorm.beta", "LayerNorm.bias");
    }
}
