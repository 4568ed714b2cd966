package dev.belay.models.transformer;

/**
 * The tokens of one input.
 *
 * @param ids including special tokens; at least one
 * @param second index of the first token of the second segment; {@code ids.length}: one segment
 * @param truncated whether the input had more tokens than these
 */
public record Tokens(int[] ids, int second, boolean truncated) {
    /** Tokens of one segment, all of them. */
    static Tokens of(int... ids) {
        return new Tokens(ids, ids.length, false);
    }

    public int length() {
        return ids.length;
    }

    /** Token type: 0 in the first segment, 1 in the second. */
    public int type(int place) {
        return place < second ? 0 : 1;
    }
}
