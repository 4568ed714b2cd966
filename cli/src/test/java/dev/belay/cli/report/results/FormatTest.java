package dev.belay.cli.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class FormatTest {
    @Test
    void halvesAreRoundedUpInTheDigitsThatAreShown() {
        assertEquals("0.756", Format.rate(.7555)); // in binary a little less
        assertEquals("0.757", Format.rate(.7565));
        assertEquals("0.29", Format.pgr(.285));
        assertEquals("29", Format.percent(.285)); // 100 * .285 is 28.499…
        assertEquals("−0.29", Format.pgr(-.285));
        assertEquals("0.000", Format.rate(-.0004));
        assertEquals("0.000", Format.rate(1e-7));
        assertEquals("−12", Format.percent(-.12));
    }

    @Test
    void sizeHasThreeDigits() {
        assertEquals("–", Format.size(null));
        assertEquals("999", Format.size(999L));
        assertEquals("1.00\u202fk", Format.size(1_000L));
        assertEquals("32.8\u202fk", Format.size(32_770L));
        assertEquals("22.6\u202fM", Format.size(22_566_146L));
        assertEquals("1.00\u202fM", Format.size(999_700L));
        assertEquals("110\u202fM", Format.size(109_900_000L));
        assertEquals("7.00\u202fG", Format.size(7_000_000_000L));
    }
}
