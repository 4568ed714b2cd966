package dev.belay.models.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of some texts, padded to one length.
 *
 * @param places indices of its texts; there may be fewer than rows
 * @param rows of the batch, the last ones empty
 * @param length tokens of each row
 * @param ids (rows, length)
 * @param mask 1 for tokens, 0 for padding, (rows, length)
 * @param types 0 in the first segment, 1 in the second, (rows, length); null: all 0
 */
public record TokenBatch(
        int[] places, int rows, int length, long[] ids, float[] mask, long @Nullable [] types) {
    private static final int BUCKET = 8;
    private static final int ROWS = 16;
    private static final int TOKENS = 2_048;

    /** All texts in one batch, padded to the longest. */
    public static TokenBatch of(List<Tokens> texts) {
        int[] places = new int[texts.size()];
        int longest = 0;
        for (int i = 0; i < places.length; i++) {
            places[i] = i;
            longest = Math.max(longest, texts.get(i).length());
        }
        return fill(texts, places, places.length, longest);
    }

    /**
     * Batches whose shape depends on the length of a text only, so that its result does not depend
     * on the other texts: lengths are rounded up to multiples of 8, and each such length has its
     * fixed number of rows (16; fewer for long texts, which bounds the memory).
     */
    public static List<TokenBatch> fixed(List<Tokens> texts) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < texts.size(); i++) {
            int length = (texts.get(i).length() + BUCKET - 1) / BUCKET * BUCKET;
            byLength.computeIfAbsent(length, l -> new ArrayList<>()).add(i);
        }
        var batches = new ArrayList<TokenBatch>();
        byLength.forEach(
                (length, places) -> {
                    int rows = Math.max(1, Math.min(ROWS, TOKENS / length));
                    for (int from = 0; from < places.size(); from += rows) {
                        int to = Math.min(from + rows, places.size());
                        int[] some = places.subList(from, to).stream().mapToInt(i -> i).toArray();
                        batches.add(fill(texts, some, rows, length));
                    }
                });
        return batches;
    }

    /**
     * Batches for a runtime in which the result of a text does not depend on the other texts:
     * sorted by length, longest first, each with as many texts as fit when padded to its longest.
     * The sort is stable, so the batches depend on the texts only.
     *
     * @param tokens most tokens of a batch, padding included; a longer text is a batch by itself
     * @return for each batch the indices of its texts, of which the first is a longest; each index
     *     is in one batch
     */
    public static List<int[]> budgeted(List<Tokens> texts, int tokens) {
        Integer[] byLength = new Integer[texts.size()];
        Arrays.setAll(byLength, i -> i);
        Arrays.sort(byLength, Comparator.comparingInt(i -> -texts.get(i).length()));
        var batches = new ArrayList<int[]>();
        int from = 0;
        while (from < byLength.length) {
            int rows = Math.max(1, tokens / texts.get(byLength[from]).length());
            int to = Math.min(byLength.length, from + rows);
            batches.add(Arrays.stream(byLength, from, to).mapToInt(i -> i).toArray());
            from = to;
        }
        return batches;
    }

    private static TokenBatch fill(List<Tokens> texts, int[] places, int rows, int length) {
        long[] ids = new long[rows * length];
        float[] mask = new float[rows * length];
        long[] types = new long[rows * length];
        boolean pairs = false;
        for (int row = 0; row < places.length; row++) {
            Tokens text = texts.get(places[row]);
            pairs |= text.second() < text.length();
            for (int t = 0; t < text.length(); t++) {
                ids[row * length + t] = text.ids()[t];
                mask[row * length + t] = 1;
                types[row * length + t] = text.type(t);
            }
        }
        return new TokenBatch(places, rows, length, ids, mask, pairs ? types : null);
    }
}
