package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Window;
import java.time.Duration;
import java.util.List;

/**
 * How late truth may come, in event time: measured from the event time of the student's prediction
 * to that of the truth. So it hangs on the data alone, and not on the order of arrival.
 *
 * @param windows of the PROGRESSIVE stream
 * @param grace truth that comes later does not move windows
 * @param horizon truth that comes later moves nothing, it is only counted; PROGRESSIVE state lives
 *     as long
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
