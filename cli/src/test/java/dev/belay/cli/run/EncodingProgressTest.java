package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.live.Snapshot.Bar;
import dev.belay.models.encoder.CachingEncoder.Counts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class EncodingProgressTest {
    private final AtomicLong nanos = new AtomicLong(7);
    private final EncodingProgress progress = new EncodingProgress(nanos::get);

    @Test
    void itSaysWhatIsEncodedAndAtWhatRate() {
        // When: 32 of 4,500 texts are done after 6 s, 64 after 12 s
        assertFalse(at(0, counts(0, 64, 0)));
        assertEquals(List.of(new Bar("encoding bge", 0, 4_500, "")), progress.bars());
        assertTrue(at(6, counts(32, 64, 0)));
        assertFalse(at(9, counts(32, 64, 0)));
        assertTrue(at(12, counts(64, 64, 0)));
        // Then
        assertEquals(List.of(new Bar("encoding bge", 64, 4_500, "at 5.3/s")), progress.bars());
        assertEquals(List.of("encoding bge 64/4,500 at 5.3/s"), progress.atWork());
    }

    @Test
    void theRateIsThatOfTheLastMinute() {
        at(0, counts(0, 64, 0));
        at(10, counts(10, 64, 0));
        for (int s = 20; s <= 120; s += 10) {
            at(s, counts(10 + 100 * (s - 10), 64, 0));
        }
        assertEquals("at 100/s", progress.bars().get(0).note());
    }

    @Test
    void afterALongWindowTheRateIsThatOfThisWindow() {
        at(0, counts(0, 64, 0));
        at(10, counts(100, 64, 0));
        at(210, counts(300, 64, 0));
        assertEquals("at 1.0/s", progress.bars().get(0).note());
    }

    @Test
    void doneItHasNoRateAndCountsWhatWasTruncated() {
        at(0, counts(0, 64, 0));
        at(10, counts(4_500, 0, 312));
        assertEquals(
                List.of(new Bar("encoded bge", 4_500, 4_500, "312 truncated")), progress.bars());
        assertEquals(List.of(), progress.atWork());
        assertEquals(
                List.of(
                        "bge: 312 of 4,500 inputs encoded by this process had more tokens than max-tokens and were truncated"),
                progress.truncated());
    }

    @Test
    void whatWasNotAnnouncedIsKnownOnceItWaits() {
        at(0, new Counts("bge", 5, 20, 12, 0, 0));
        assertEquals(List.of(new Bar("encoding bge", 20, 32, "")), progress.bars());
    }

    @Test
    void whatWasKnownFromEarlierIsNotShown() {
        assertFalse(at(0, new Counts("bge", 700, 0, 0, 0, 0)));
        assertEquals(List.of(), progress.bars());
    }

    private boolean at(int seconds, Counts counts) {
        nanos.set(7 + Duration.ofSeconds(seconds).toNanos());
        return progress.update(List.of(counts));
    }

    private static Counts counts(long encoded, long waiting, long truncated) {
        return new Counts("bge", 0, encoded, waiting, 4_500, truncated);
    }
}
