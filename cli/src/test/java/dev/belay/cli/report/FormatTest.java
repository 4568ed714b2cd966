package dev.belay.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class FormatTest {
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
