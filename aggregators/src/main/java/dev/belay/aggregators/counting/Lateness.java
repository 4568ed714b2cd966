package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Window;
import java.time.Duration;
import java.util.List;

/**
 * How late truth may be: the event time of the truth minus that of the student's prediction. It
 * depends on the data alone, not on the order of arrival.
 *
 * @param windows of the PROGRESSIVE stream
 * @param grace later truth does not change windows
 * @param horizon later truth changes nothing and is only counted; also how long PROGRESSIVE state
 *     is kept
 */
public record Lateness(List<Window.Kind> windows, Duration grace, Duration horizon) {
    public Lateness {
        windows = List.copyOf(windows);
        if (grace.isNegative() || horizon.compareTo(grace) < 0) {
            throw new IllegalArgumentException(
                    "expected 0 <= grace <= horizon, got " + grace + " and " + horizon);
        }
    }

    long graceEnd(long timeMs) {
        return later(timeMs, grace);
    }

    long horizonEnd(long timeMs) {
        return later(timeMs, horizon);
    }

    private static long later(long timeMs, Duration by) {
        long end = timeMs + by.toMillis();
        return end < timeMs ? Long.MAX_VALUE : end; // event times can be anything
    }
}
