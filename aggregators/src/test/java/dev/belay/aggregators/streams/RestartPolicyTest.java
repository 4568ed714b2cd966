package dev.belay.aggregators.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final RestartPolicy endurance = new RestartPolicy(PATIENCE);

    @Test
    void pausesDoubleUpToHalfAMinute() {
        int[] expected = {1, 2, 4, 8, 16, 30, 30, 30};
        for (int seconds : expected) {
            assertEquals(Duration.ofSeconds(seconds), endurance.pause(false, at(0)));
        }
    }

    @Test
    void manyQuickDeathsAreNotTheEndWithinThePatience() {
        for (int i = 0; i < 1_000; i++) {
            assertNotNull(endurance.pause(false, at(i * 899L / 1_000)));
        }
        assertNull(endurance.pause(false, at(900)));
    }

    @Test
    void aFewSlowDeathsAreNotTheEnd() {
        for (int i = 0; i < 9; i++) {
            assertNotNull(endurance.pause(false, at(3_600L * i)));
        }
        assertNull(endurance.pause(false, at(3_600 * 9)));
    }

    @Test
    void deathsOverALongLifeAreNotTheEndWhereThereIsProgressInBetween() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(Duration.ofSeconds(1), endurance.pause(true, at(3_600L * i)));
        }
    }

    private static long at(long seconds) {
        return -5_000_000_000L + Duration.ofSeconds(seconds).toNanos();
    }
}
