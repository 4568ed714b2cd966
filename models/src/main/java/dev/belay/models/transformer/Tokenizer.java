package dev.belay.models.transformer;

import dev.belay.models.input.Input;
import java.util.List;

/** Cuts inputs into tokens. Safe for use by many threads. */
public interface Tokenizer {
    /**
     * Tokens of each input, in the order given.
     *
     * @throws IllegalArgumentException if an input is neither text nor parts
     */
    List<Tokens> tokens(List<Input> inputs);
}
