package dev.belay.labelers.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.truth.TruthWindow.Finding;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TruthWindowTest {
    private static final long HORIZON = 10;

    private final TruthWindow window = new TruthWindow(2);

    @Test
    void truthWithinTheHorizonIsInTimeAlsoIfItIsOlder() {
        window.put("a", 1, 100);
        assertEquals(Finding.IN_TIME, window.find("a", 90, HORIZON));
        assertEquals(Finding.IN_TIME, window.find("a", 1_000, HORIZON));
        assertEquals(Finding.TOO_LATE, window.find("a", 89, HORIZON));
        assertEquals(Finding.IN_TIME, window.find("a", 89, TruthWindow.INFINITE));
        assertEquals(1, window.label("a"));
    }

    @Test
    void absentTruthIsTooLateOnceALaterOneIsBeyondTheHorizon() {
        window.put("b", 0, 100);
        assertEquals(Finding.ABSENT, window.find("a", 90, HORIZON));
        assertEquals(Finding.TOO_LATE, window.find("a", 89, HORIZON));
        assertEquals(Finding.ABSENT, window.find("a", 89, TruthWindow.INFINITE));
        // then its truth arrives, with an old time: it was skipped by then
        window.put("a", 1, 89);
        assertEquals(Finding.TOO_LATE, window.find("a", 89, HORIZON));
    }

    @Test
    void aCorrectionAfterTheHorizonCorrectsTruthThatWasInTime() {
        window.put("a", 0, 100);
        window.put("b", 0, 1_000);
        window.put("a", 1, 1_000);
        assertEquals(Finding.IN_TIME, window.find("a", 95, HORIZON));
        assertEquals(1, window.label("a"));
    }

    @Test
    void timesAtTheEndOfAllNumbersOverflowNothing() {
        window.put("a", 0, Long.MAX_VALUE);
        assertEquals(Finding.IN_TIME, window.find("a", Long.MAX_VALUE - 1, HORIZON));
        assertEquals(Finding.TOO_LATE, window.find("a", Long.MIN_VALUE, HORIZON));
    }

    @Test
    void whatWasDroppedIsFoundByASearch() {
        // Given
        window.put("a", 0, 1);
        assertFalse(window.isFull());
        window.put("b", 1, 2);
        assertTrue(window.isFull());
        window.put("c", 0, 3);
        // Then
        assertEquals(Finding.NEEDS_SEARCH, window.find("a", 1, HORIZON));
        assertNull(window.label("a"));
        assertEquals(Finding.IN_TIME, window.find("b", 2, HORIZON));
        // When
        window.search(Set.of("a", "x"));
        window.put("a", 0, 1);
        window.put("b", 1, 2);
        window.put("c", 0, 3);
        window.put("d", 0, 4);
        // Then
        assertEquals(Finding.IN_TIME, window.find("a", 1, HORIZON));
        assertEquals(Finding.ABSENT, window.find("x", 1, HORIZON));
        assertEquals(Finding.NEEDS_SEARCH, window.find("b", 2, HORIZON));
        assertEquals(Finding.IN_TIME, window.find("d", 4, HORIZON));
    }

    @Test
    void truthTakenBackIsAbsent() {
        window.put("a", 0, 1);
        window.remove("a");
        assertEquals(Finding.ABSENT, window.find("a", 1, HORIZON));
    }
}
