package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.schemas.BlockColumns;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    @Test
    void timesAreFromTheYear1UntilADayAhead() {
        assertNull(Bounds.time(0, NOW_MS));
        assertNull(Bounds.time(NOW_MS + 86_400_000, NOW_MS));
        assertNotNull(Bounds.time(NOW_MS + 86_400_001, NOW_MS));
        assertNull(Bounds.time(-62_135_596_800_000L, NOW_MS));
        assertNotNull(Bounds.time(-62_135_596_800_001L, NOW_MS));
    }

    @Test
    void idsAreUtf8() {
        assertNull(Bounds.id("größer 大".getBytes(StandardCharsets.UTF_8)));
        assertNull(Bounds.id(new byte[0]));
        assertNotNull(Bounds.id(new byte[] {'a', (byte) 0xff}));
        assertNotNull(Bounds.id(new byte[] {(byte) 0xc3})); // cut off
    }

    @Test
    void theRowIsNamed() {
        byte[] avro = {2, 'a', 2, (byte) 0xff, 2, 'c'};
        assertEquals("row 1: the id is no UTF-8", Bounds.ids(new BlockColumns.Ids(avro, 0, 6, 3)));
    }
}
