package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.schemas.BlockColumns;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoundsTest {
    @Test
    void timesAreFromTheYear1To9999() {
        assertNull(Bounds.time(0));
        assertNull(Bounds.time(253_402_300_799_999L));
        assertNotNull(Bounds.time(253_402_300_800_000L));
        assertNull(Bounds.time(-62_135_596_800_000L));
        assertNotNull(Bounds.time(-62_135_596_800_001L));
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
