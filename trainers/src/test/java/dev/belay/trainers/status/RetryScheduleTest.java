package dev.belay.trainers.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private static final long NOW = Long.MAX_VALUE - 5; // nanoTime may wrap

    private final RetrySchedule retries = new RetrySchedule();

    @Test
    void aModelRestsLongerEachTimeUpToABound() {
        assertEquals(Duration.ofSeconds(1), retries.add("a", "altered", NOW));
        assertEquals(Duration.ofSeconds(2), retries.add("a", "altered", NOW));
        for (int i = 0; i < 60; i++) {
            retries.add("a", "altered", NOW);
        }
        assertEquals(Duration.ofSeconds(30), retries.add("a", "altered", NOW));
    }

    @Test
    void onlyTheModelInTroubleRestsAndOnlyForItsTime() {
        // Given
        retries.add("a", "altered", NOW);
        // Then
        assertTrue(retries.isWaiting("a", NOW + Duration.ofMillis(999).toNanos()));
        assertFalse(retries.isWaiting("a", NOW + Duration.ofMillis(1001).toNanos()));
        assertFalse(retries.isWaiting("b", NOW));
    }

    @Test
    void aTroubleIsToldWhileItsModelRestsAndCountsOnUntilItHasWorked() {
        // Given
        retries.add("a", "altered", NOW);
        // Then
        assertEquals(Map.of("a", "altered"), retries.failures());
        // When
        retries.resumed("a");
        // Then
        assertEquals(Map.of(), retries.failures());
        assertEquals(Duration.ofSeconds(2), retries.add("a", "altered", NOW));
        // When
        retries.clear("a");
        // Then
        assertEquals(Duration.ofSeconds(1), retries.add("a", "altered", NOW));
        // When
        retries.keepOnly(Set.of("b"));
        // Then
        assertEquals(Map.of(), retries.failures());
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
