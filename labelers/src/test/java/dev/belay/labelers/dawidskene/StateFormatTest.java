package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateFormatTest {
    private static final DawidSkeneSettings SETTINGS =
            RandomVotes.withWarmUp(new DawidSkeneSettings(2, List.of("a", "b", "c")), 10);
    private static final byte[] BYTES = bytes();

    private static byte[] bytes() {
        DawidSkene estimator = new DawidSkene(SETTINGS);
        RandomVotes.draw(5, 2, 3, new Random(1)).forEach(estimator::update);
        return estimator.toBytes();
    }

    private static String refused(DawidSkeneSettings settings, byte[] bytes) {
        return String.valueOf(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> DawidSkene.fromBytes(settings, bytes))
                        .getMessage());
    }

    @Test
    void theFirstByteIsTheVersion() {
        assertEquals(1, BYTES[0]);
        byte[] other = BYTES.clone();
        other[0] = 2;
        assertEquals(
                "state of Dawid–Skene (%d bytes): found version 2, expected 1"
                        .formatted(BYTES.length),
                refused(SETTINGS, other));
    }

    @Test
    void truncatedBytesAreRefusedWhereverTheyEnd() {
        for (int length = 0; length < BYTES.length; length++) {
            String message = refused(SETTINGS, Arrays.copyOf(BYTES, length));
            assertEquals("state of Dawid–Skene (%d bytes): truncated".formatted(length), message);
        }
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        String message = refused(SETTINGS, Arrays.copyOf(BYTES, BYTES.length + 3));
        assertTrue(message.endsWith("found 3 bytes after its end"), message);
    }

    @Test
    void otherSettingsAreRefusedNamingBoth() {
        String classes = refused(new DawidSkeneSettings(3, SETTINGS.sources()), BYTES);
        assertTrue(
                classes.contains("found DawidSkeneSettings[classes=2")
                        && classes.contains("expected DawidSkeneSettings[classes=3"),
                classes);
        String sources = refused(new DawidSkeneSettings(2, List.of("a", "b")), BYTES);
        assertTrue(sources.contains("sources=[a, b, c]"), sources);
        String warmUp = refused(RandomVotes.withWarmUp(SETTINGS, 11), BYTES);
        assertTrue(warmUp.contains("warmUp=10"), warmUp);
    }
}
