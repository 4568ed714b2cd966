package dev.belay.models.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The properties of Unicode 13.0 that words and their hashes depend on, in an own table: the JDK's
 * tables change with the JDK's Unicode version, but features must not.
 *
 * <p>Lines of the resource {@code unicode-13.0.txt}, code points in hexadecimal:
 *
 * <ul>
 *   <li>{@code word FIRST LAST}: letters, digits, marks and the underscore;
 *   <li>{@code cased FIRST LAST}: letters that are upper, lower or title case;
 *   <li>{@code lower FIRST LAST STEP SHIFT}: each code point from FIRST to LAST by STEP has a
 *       lower-case form, SHIFT (decimal) further.
 * </ul>
 */
final class UnicodeTable {
    /** Name of the resource. */
    static final String RESOURCE = "unicode-13.0.txt";

    private static final UnicodeTable TABLE = read();

    private static final int SIGMA = 0x3a3;
    private static final int FINAL_SIGMA = 0x3c2;
    private static final int I_WITH_DOT = 0x130;
    private static final String I_AND_DOT = "i\u0307";
    private static final int ASCII = 0x80;
    private static final String BETWEEN_LETTERS =
            "-_'\".\u00ad\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2027\u2e17\u2e1a"
                    + "\u2e3a\u2e3b\u2e40\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
                    + "\u203f\u2040\u2054\ufe33\ufe34\ufe4d\ufe4e\ufe4f\uff3f";
    private static final String BETWEEN_DIGITS = "\"',.";

    private final BitSet word = new BitSet();
    private final BitSet cased = new BitSet();
    private final Map<Integer, Integer> lower = new HashMap<>();

    private UnicodeTable() {}

    /** Whether a code point is part of a word: a letter, a digit, a mark or an underscore. */
    static boolean inWord(int codePoint) {
        return TABLE.word.get(codePoint);
    }

    /**
     * The text in lower case, independent of a language: simple mappings, but {@code İ} becomes i
     * and a dot, and a capital sigma becomes ς if a cased letter precedes it in its word and none
     * follows. A word is defined as in JDK 17: letters, digits and marks, single dashes,
     * apostrophes, quotation marks and periods between letters, points and commas between digits.
     */
    static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            if (c == SIGMA && TABLE.isFinal(text, at, next)) {
                lower.appendCodePoint(FINAL_SIGMA);
            } else if (c == I_WITH_DOT) {
                lower.append(I_AND_DOT);
            } else {
                lower.appendCodePoint(TABLE.lowerCase(c));
            }
            at = next;
        }
        return lower.toString();
    }

    private int lowerCase(int c) {
        if (c < ASCII) {
            return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        }
        return lower.getOrDefault(c, c);
    }

    private boolean isFinal(String text, int from, int to) {
        return hasCased(text, from, -1) && !hasCased(text, to, 1);
    }

    /** Whether the word has a cased letter from a position on in a direction. */
    private boolean hasCased(String text, int place, int direction) {
        int previous = SIGMA;
        for (int at = place; ; ) {
            int c = codePoint(text, at, direction);
            if (c >= 0 && cased.get(c)) return true;
            at += direction * Character.charCount(Math.max(0, c));
            if (c < 0 || !(isPart(c) || joins(previous, c, codePoint(text, at, direction)))) {
                return false;
            }
            previous = c;
        }
    }

    /** The next code point in a direction, -1 at the end of the text. */
    private static int codePoint(String text, int at, int direction) {
        if (direction < 0) return at == 0 ? -1 : text.codePointBefore(at);
        return at == text.length() ? -1 : text.codePointAt(at);
    }

    private boolean isPart(int c) {
        return word.get(c) && c != '_';
    }

    private boolean joins(int one, int c, int other) {
        if (other < 0 || !isPart(one) || !isPart(other)) return false;
        boolean digits = isDigit(one) && isDigit(other);
        boolean letters = !isDigit(one) && !isDigit(other);
        return (letters && BETWEEN_LETTERS.indexOf(c) >= 0)
                || (digits && BETWEEN_DIGITS.indexOf(c) >= 0);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static UnicodeTable read() {
        UnicodeTable table = new UnicodeTable();
        try (InputStream in = UnicodeTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) throw new IllegalStateException("not on the class path: " + RESOURCE);
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(table::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
        return table;
    }

    private void add(String line) {
        String[] parts = line.split(" ", -1);
        int first = Integer.parseInt(parts[1], 16);
        int last = Integer.parseInt(parts[2], 16);
        switch (parts[0]) {
            case "word" -> word.set(first, last + 1);
            case "cased" -> cased.set(first, last + 1);
            case "lower" -> {
                int step = Integer.parseInt(parts[3], 16);
                int shift = Integer.parseInt(parts[4]);
                for (int c = first; c <= last; c += step) lower.put(c, c + shift);
            }
            default -> throw new IllegalStateException(RESOURCE + ": unknown line '" + line + "'");
        }
    }
}
