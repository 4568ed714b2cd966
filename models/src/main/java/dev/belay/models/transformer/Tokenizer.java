package dev.belay.models.transformer;

import dev.belay.models.input.Input;
import java.util.List;

/** Splits inputs into tokens. Thread-safe. */
public interface Tokenizer {
    /**
     * Tokens of each input, in the order given.
     *
     * @throws IllegalArgumentException if an input is neither text nor parts
     */
    List<Tokens> tokens(List<Input> inputs);
}
