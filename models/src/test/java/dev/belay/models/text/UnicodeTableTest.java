package dev.belay.models.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class UnicodeTableTest {
    private static final int CODE_POINTS = Character.MAX_CODE_POINT + 1;

    /** Computed once with the tables of JDK 17; who changes it changes features of old models. */
    @Test
    void wordsOfEveryCodePointAreTheSameOnEveryJdk() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c < CODE_POINTS; c++) {
            for (byte[] word : Words.of(Character.toString(c))) {
                all.append(c).append(' ').append(new String(word, StandardCharsets.UTF_8));
            }
        }
        assertEquals(
                "7b062264c1f17713213a7c1147be481b8cc98ac46448f07752e4df8e05cce097",
                Hashing.sha256().hashString(all, StandardCharsets.UTF_8).toString());
    }

    @Test
    void theTableIsThatOfJdk17() {
        assumeTrue(Runtime.version().feature() == 17, "another JDK has another Unicode version");
        for (int c = 0; c < CODE_POINTS; c++) {
            String text = Character.toString(c);
            String where = Integer.toHexString(c);
            assertEquals(isWord(c), UnicodeTable.inWord(c), where);
            assertEquals(text.toLowerCase(Locale.ROOT), UnicodeTable.lowerCase(text), where);
        }
    }

    @Test
    void aCapitalSigmaIsLoweredByItsPlaceInTheWord() {
        assertEquals("ὀδυσσεύς, οδος.", UnicodeTable.lowerCase("ὈΔΥΣΣΕΎΣ, ΟΔΟΣ."));
        assertEquals("σ σ2 2σ", UnicodeTable.lowerCase("Σ Σ2 2Σ"));
        assertEquals("ας\u0301 ασ\u0301α", UnicodeTable.lowerCase("ΑΣ\u0301 ΑΣ\u0301Α"));
        assertEquals("ασ-α ας--α ασ2α", UnicodeTable.lowerCase("ΑΣ-Α ΑΣ--Α ΑΣ2Α"));
    }

    @Test
    void capitalSigmasBetweenLettersDigitsAndPunctuationAreLoweredAsByJdk17() {
        assumeTrue(Runtime.version().feature() == 17, "another JDK may break words elsewhere");
        String signs = "ΑΣΣΣσςΒαaЖß12 .,;:!?()'\"’-_–—";
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(8); k >= 0; k--) {
                text.append(signs.charAt(random.nextInt(signs.length())));
            }
            assertEquals(
                    text.toString().toLowerCase(Locale.ROOT),
                    UnicodeTable.lowerCase(text.toString()),
                    text::toString);
        }
    }

    /** Writes the table of the JDK that runs it, which must be a JDK 17, to a file. */
    public static void main(String[] args) throws IOException {
        try (PrintStream out =
                new PrintStream(
                        Files.newOutputStream(Path.of(args[0])),
                        false,
                        StandardCharsets.US_ASCII)) {
            ranges(out, "word", UnicodeTableTest::isWord);
            ranges(out, "cased", UnicodeTableTest::isCased);
            lowerCases(out);
        }
    }

    private static boolean isWord(int c) {
        int type = Character.getType(c);
        return Character.isLetterOrDigit(c)
                || c == '_'
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    private static void ranges(PrintStream out, String name, IntPredicate property) {
        int first = -1;
        for (int c = 0; c <= CODE_POINTS; c++) {
            boolean in = c < CODE_POINTS && property.test(c);
            if (in && first < 0) {
                first = c;
            } else if (!in && first >= 0) {
                out.printf("%s %x %x%n", name, first, c - 1);
                first = -1;
            }
        }
    }

    /** Runs of one shift, every code point or every second. */
    private static void lowerCases(PrintStream out) {
        List<Integer> upper = new ArrayList<>();
        for (int c = 0x80; c < CODE_POINTS; c++) {
            if (Character.toLowerCase(c) != c) {
                upper.add(c);
            }
        }
        for (int from = 0; from < upper.size(); ) {
            int first = upper.get(from);
            int shift = Character.toLowerCase(first) - first;
            int step = from + 1 < upper.size() && upper.get(from + 1) == first + 1 ? 1 : 2;
            int last = first;
            for (from++; from < upper.size(); from++) {
                int next = upper.get(from);
                if (next != last + step || Character.toLowerCase(next) - next != shift) {
                    break;
                }
                last = next;
            }
            out.printf("lower %x %x %x %d%n", first, last, step, shift);
        }
    }
}
