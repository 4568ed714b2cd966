package dev.belay.aggregators.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FlushPolicyTest {
    private static final long NOW_MS = 1_000_000;

    private final FlushPolicy pace = new FlushPolicy();

    @Test
    void whatIsNewIsSentAfterAFewHundredthsOfASecond() {
        pace.register(NOW_MS);
        assertTrue(pace.isDue(NOW_MS));
        pace.sent(NOW_MS);

        pace.register(NOW_MS + 10);
        assertFalse(pace.isDue(NOW_MS + 20));
        pace.register(NOW_MS + 55);
        assertTrue(pace.isDue(NOW_MS + 60));
    }

    @Test
    void aBacklogIsSentTwiceASecond() {
        pace.sent(NOW_MS);

        pace.register(NOW_MS - 60_000);
        assertFalse(pace.isDue(NOW_MS + 400));
        pace.register(NOW_MS - 59_000);
        assertTrue(pace.isDue(NOW_MS + 500));
    }

    @Test
    void theEndOfABacklogDoesNotWait() {
        pace.sent(NOW_MS);
        pace.register(NOW_MS - 60_000);
        assertFalse(pace.isDue(NOW_MS + 100));

        assertTrue(pace.isDue(NOW_MS + 120)); // nothing has come since
    }

    @Test
    void shardsThatSentAtDifferentTimesSendTogetherAgain() {
        FlushPolicy other = new FlushPolicy();
        pace.sent(NOW_MS + 5);
        other.sent(NOW_MS + 40);

        assertFalse(pace.isDue(NOW_MS + 49));
        assertFalse(other.isDue(NOW_MS + 49));
        assertTrue(pace.isDue(NOW_MS + 50));
        assertTrue(other.isDue(NOW_MS + 50));
    }
}
