package dev.belay.models.encoder;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Plugin;
import java.util.ArrayList;
import java.util.List;

/**
 * An encoder that reads tokens, with its parameters. {@code max-tokens}: inputs are truncated to
 * this number of tokens, special tokens included; of two parts the longer one loses tokens first.
 * {@code layers}: only the first layers of a pretrained encoder, whose token vectors are pooled as
 * those of the last layer are: encoders that differ in depth alone.
 *
 * @param limit the encoder's own limit of tokens, the default; 0: it is in the files of {@code
 *     hf:NAME}, and the default is no value
 * @param depth layers of an encoder that can be cut; 0: it can't
 */
record TokenParameters(String name, int limit, int depth) implements Plugin {
    static final String MAX_TOKENS = "max-tokens";
    static final String LAYERS = "layers";

    /** Room for three special tokens, the prefixes of two parts, and a token. */
    private static final int LEAST = 8;

    private static final String MAX_TOKENS_DOC = "Inputs are truncated to this number of tokens.";

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(
                limit > 0
                        ? Parameter.integer(MAX_TOKENS, limit, LEAST, limit, MAX_TOKENS_DOC)
                        : new Parameter(
                                MAX_TOKENS,
                                "",
                                "a whole number from " + LEAST + " to the encoder's limit",
                                TokenParameters::canonical,
                                MAX_TOKENS_DOC));
        if (depth > 0)
            parameters.add(
                    Parameter.integer(
                            LAYERS,
                            depth,
                            1,
                            depth,
                            "Only the first of its layers; computed by PyTorch."));
        return parameters;
    }

    private static String canonical(String text) {
        int value = Integer.parseInt(text.strip());
        if (value < LEAST) throw new IllegalArgumentException("fewer than " + LEAST);
        return Integer.toString(value);
    }
}
