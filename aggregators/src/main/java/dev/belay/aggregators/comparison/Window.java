package dev.belay.aggregators.comparison;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A window in event time, half-open: {@code [startMs, endMs)}.
 *
 * @param startMs milliseconds since the epoch, UTC
 */
public record Window(long startMs, long endMs) {
    public Window {
        if (startMs >= endMs) {
            throw new IllegalArgumentException(
                    "a window begins before it ends, got [" + startMs + ", " + endMs + ")");
        }
    }

    /**
     * Windows of one kind: {@code [k·advance, k·advance + size)} for all whole k. Tumbling where
     * both are the same, hopping where the advance is shorter: with size 60 min and advance 15 min
     * a quarter past twelve lies in the windows that begin at 11:30, 11:45, 12:00 and 12:15.
     */
    public record Kind(Duration size, Duration advance) {
        /** Windows an example may be in: each is counted by itself. */
        static final long MOST = 1_500;

        public Kind {
            if (advance.toMillis() < 1 || advance.compareTo(size) > 0) {
                throw new IllegalArgumentException(
                        "expected 1 ms <= advance <= size, got " + advance + " and " + size);
            }
            if ((size.toMillis() - 1) / advance.toMillis() >= MOST) {
                throw new IllegalArgumentException(
                        "expected size <= %d x advance: each example is counted in so many windows, got %s and %s"
                                .formatted(MOST, size, advance));
            }
        }

        /** The windows a time is in, the earliest first. */
        public List<Window> of(long timeMs) {
            long step = advance.toMillis();
            long length = size.toMillis();
            List<Window> windows = new ArrayList<>();
            long last = Math.multiplyExact(Math.floorDiv(timeMs, step), step);
            for (long start = last - (length - 1) / step * step; start <= last; start += step) {
                if (timeMs < start + length) {
                    windows.add(new Window(start, start + length));
                }
            }
            return windows;
        }
    }

    @Override
    public String toString() {
        return startMs + "-" + endMs;
    }

    /** Reads what {@link #toString} wrote. */
    static Window parse(String text) {
        int dash = text.indexOf('-', 1); // times before 1970 begin with one
        return new Window(
                Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }
}
