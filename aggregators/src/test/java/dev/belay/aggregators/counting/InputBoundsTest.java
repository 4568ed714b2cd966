package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.schemas.BlockColumns;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InputBoundsTest {
    @Test
    void timesAreFromTheYear1To9999() {
        assertNull(InputBounds.time(0));
        assertNull(InputBounds.time(253_402_300_799_999L));
        assertNotNull(InputBounds.time(253_402_300_800_000L));
        assertNull(InputBounds.time(-62_135_596_800_000L));
        assertNotNull(InputBounds.time(-62_135_596_800_001L));
    }

    @Test
    void idsAreUtf8() {
        assertNull(InputBounds.id("größer 大".getBytes(StandardCharsets.UTF_8)));
        assertNull(InputBounds.id(new byte[0]));
        assertNotNull(InputBounds.id(new byte[] {'a', (byte) 0xff}));
        assertNotNull(InputBounds.id(new byte[] {(byte) 0xc3})); // cut off
    }

    @Test
    void theRowIsNamed() {
        byte[] avro = {2, 'a', 2, (byte) 0xff, 2, 'c'};
        assertEquals(
                "row 1: the id is not UTF-8", InputBounds.ids(new BlockColumns.Ids(avro, 0, 6, 3)));
    }
}
