package dev.belay.models.encoder;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Plugin;
import java.util.List;

/**
 * An encoder that reads tokens, with its parameter {@code max-tokens}: inputs are truncated to this
 * number of tokens, special tokens included; of two parts the longer one loses tokens first.
 *
 * @param limit the encoder's own limit, the default; 0: it is in the files of {@code hf:NAME}, and
 *     the default is no value
 */
record MaxTokens(String name, int limit) implements Plugin {
    static final String PARAMETER = "max-tokens";

    /** Room for three special tokens, the prefixes of two parts, and a token. */
    private static final int LEAST = 8;

    private static final String DOC = "Inputs are truncated to this number of tokens.";

    @Override
    public List<Parameter> parameters() {
        return List.of(
                limit > 0
                        ? Parameter.integer(PARAMETER, limit, LEAST, limit, DOC)
                        : new Parameter(
                                PARAMETER,
                                "",
                                "a whole number from " + LEAST + " to the encoder's limit",
                                MaxTokens::canonical,
                                DOC));
    }

    private static String canonical(String text) {
        int value = Integer.parseInt(text.strip());
        if (value < LEAST) throw new IllegalArgumentException("fewer than " + LEAST);
        return Integer.toString(value);
    }
}
