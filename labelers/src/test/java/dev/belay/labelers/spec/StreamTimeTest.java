package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StreamTimeTest {
    private final TreeSet<Long> log = new TreeSet<>(); // timestamps
    private final List<Long> asked = new ArrayList<>();
    private long nowMs;
    private final StreamTime time = new StreamTime(this::firstAt, () -> nowMs);

    @Test
    void aTimeHasPassedOnceARecordHasItOrALaterOne() {
        log.add(1_000L);
        assertFalse(time.hasPassed(0, 1_001));
        nowMs += 200;
        assertTrue(time.hasPassed(0, 1_000));
        assertFalse(time.hasPassed(0, 1_001));
        nowMs += 200;
        log.add(5_000L);
        assertTrue(time.hasPassed(0, 1_001));
    }

    @Test
    void whatHasPassedIsNotAskedForAgainAndTheRestFiveTimesASecond() {
        log.add(1_000L);
        assertTrue(time.hasPassed(0, 500));
        assertTrue(time.hasPassed(0, 1_000));
        assertFalse(time.hasPassed(0, 2_000));
        nowMs = 199;
        assertFalse(time.hasPassed(0, 2_000));
        assertEquals(List.of(500L), asked);
        nowMs = 200;
        assertFalse(time.hasPassed(0, 2_000));
        assertEquals(2, asked.size());
        // another partition is asked for itself
        assertTrue(time.hasPassed(1, 700));
        assertEquals(3, asked.size());
    }

    @Test
    void aBacklogTakesFewQuestionsAndALiveStreamIsFollowedClosely() {
        // Given a backlog of 10,000 s, a record a second
        for (long t = 0; t <= 10_000; t++) {
            log.add(1_000 * t);
        }
        // When
        for (long t = 0; t < 10_000; t++) {
            while (!time.hasPassed(0, 1_000 * t)) {
                nowMs += 200;
            }
        }
        // Then
        assertTrue(asked.size() < 40, () -> "" + asked.size());
        // When it goes on live, at 100 records a second
        long startMs = nowMs;
        long worstMs = 0;
        long wanted = 10_000_010;
        for (nowMs = startMs; nowMs < startMs + 60_000; nowMs += 10) {
            log.add(10_000_000 + nowMs - startMs);
            while (time.hasPassed(0, wanted)) {
                wanted += 10;
            }
            if (nowMs > startMs + 5_000) {
                worstMs = Math.max(worstMs, 10_000_000 + nowMs - startMs - wanted);
            }
        }
        // Then
        long worst = worstMs;
        assertTrue(worst < 1_000, () -> worst + " ms late");
    }

    private long firstAt(int partition, long timeMs) {
        asked.add(timeMs);
        Long first = log.ceiling(timeMs);
        return first == null ? StreamTime.Log.NONE : first;
    }
}
