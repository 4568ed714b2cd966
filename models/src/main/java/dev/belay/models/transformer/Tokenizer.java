package dev.belay.models.transformer;

import java.util.List;

/** Cuts texts into tokens. Safe for use by many threads. */
public interface Tokenizer {
    /** Ids of each text's tokens, special ones included; at least one a text. */
    List<int[]> ids(List<String> texts);
}
