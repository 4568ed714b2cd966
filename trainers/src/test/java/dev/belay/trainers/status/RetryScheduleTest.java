package dev.belay.trainers.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private static final long NOW = Long.MAX_VALUE - 5; // nanoTime may wrap

    private final RetrySchedule troubles = new RetrySchedule();

    @Test
    void aModelRestsLongerEachTimeUpToABound() {
        assertEquals(Duration.ofSeconds(1), troubles.add("a", "altered", NOW));
        assertEquals(Duration.ofSeconds(2), troubles.add("a", "altered", NOW));
        for (int i = 0; i < 60; i++) {
            troubles.add("a", "altered", NOW);
        }
        assertEquals(Duration.ofSeconds(30), troubles.add("a", "altered", NOW));
    }

    @Test
    void onlyTheModelInTroubleRestsAndOnlyForItsTime() {
        // Given
        troubles.add("a", "altered", NOW);
        // Then
        assertTrue(troubles.resting("a", NOW + Duration.ofMillis(999).toNanos()));
        assertFalse(troubles.resting("a", NOW + Duration.ofMillis(1001).toNanos()));
        assertFalse(troubles.resting("b", NOW));
    }

    @Test
    void aTroubleIsToldWhileItsModelRestsAndCountsOnUntilItHasWorked() {
        // Given
        troubles.add("a", "altered", NOW);
        // Then
        assertEquals(List.of("a: altered"), troubles.told());
        // When
        troubles.takenUp("a");
        // Then
        assertEquals(List.of(), troubles.told());
        assertEquals(Duration.ofSeconds(2), troubles.add("a", "altered", NOW));
        // When
        troubles.over("a");
        // Then
        assertEquals(Duration.ofSeconds(1), troubles.add("a", "altered", NOW));
        // When
        troubles.keepOnly(Set.of("b"));
        // Then
        assertEquals(List.of(), troubles.told());
    }

    @Test
    void aReasonNamesItsCauses() {
        // Given
        var full = new UncheckedIOException("cannot store a", new IOException("disk full"));
        // Then
        assertEquals(
                "java.io.UncheckedIOException: cannot store a; caused by java.io.IOException: disk"
                        + " full",
                RetrySchedule.reason(full));
    }
}
