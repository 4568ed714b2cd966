package dev.belay.plugins;

import java.util.Collection;
import java.util.Comparator;

/** Suggestion for a mistyped word, for error messages. */
public final class Nearest {
    private Nearest() {}

    /** {@code "; did you mean 'x'?"} when a word is near enough, else nothing. */
    public static String hint(String typed, Collection<String> known) {
        int near = Math.max(2, typed.length() / 3);
        return known.stream()
                .filter(word -> distance(typed, word) <= near)
                .min(
                        Comparator.<String>comparingInt(word -> distance(typed, word))
                                .thenComparing(word -> !letters(word).equals(letters(typed))))
                .map(word -> "; did you mean '" + word + "'?")
                .orElse("");
    }

    /** Sorted: equal where only the order differs, as of two transposed ones. */
    private static String letters(String word) {
        return word.chars()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Levenshtein's: inserts, deletes and replacements that turn one into the other. */
    public static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
