package dev.belay.models.transformer;

/** Names of parameters as Hugging Face writes them. */
final class HuggingFaceNames {
    private static final String PREFIX = "bert.";

    private HuggingFaceNames() {}

    /** A name without the prefix that models with a task's head have, in today's spelling. */
    static String plain(String name) {
        String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        return plain.replace("LayerNorm.gamma", "LayerNorm.weight")
                .replace("LayerNorm.beta", "LayerNorm.bias");
    }
}
