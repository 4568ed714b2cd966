package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which windows of a student's stream can still be moved: by a shard those that end after what has
 * passed there ({@link StreamExpiry}), so over are those that have passed in every shard that has
 * ever counted the student. One that has said nothing for a horizon by the clock holds nothing up:
 * it counts as having passed with the others, and so does one that begins later. What they say of
 * windows that are over comes too late.
 */
public final class WindowExpiry {
    private final long horizonMs;
    private final Map<Integer, Long> passed = new HashMap<>(); // by partition
    private final Map<Integer, Long> heardMs = new HashMap<>(); // by partition, by the clock
    private final NavigableMap<Long, Set<String>> keysByEnd = new TreeMap<>();

    public WindowExpiry(Duration horizon) {
        horizonMs = horizon.toMillis();
    }

    /**
     * Takes stock of a row.
     *
     * @param window null: from the beginning
     */
    public void add(@Nullable Window window, String key, Map<Integer, Long> passedBefore) {
        if (window != null) {
            keysByEnd.computeIfAbsent(window.endMs(), e -> new HashSet<>()).add(key);
        }
        passed.putAll(passedBefore);
    }

    /** A shard has come so far; returns whether that is news. */
    public boolean pass(int partition, long throughMs, long nowMs) {
        heardMs.put(partition, nowMs);
        Map<Integer, Long> before = Map.copyOf(passed);
        passed.merge(partition, Math.max(throughMs, overMs(passed.values())), Math::max);
        List<Long> speaking = new ArrayList<>();
        passed.forEach(
                (p, ms) -> {
                    if (nowMs - heardMs.computeIfAbsent(p, h -> nowMs) <= horizonMs) {
                        speaking.add(ms);
                    }
                });
        passed.replaceAll((p, ms) -> Math.max(ms, overMs(speaking)));
        return !passed.equals(before);
    }

    public Map<Integer, Long> passed() {
        return passed;
    }

    public boolean isOver(Window window) {
        return window.endMs() <= overMs(passed.values());
    }

    /** The rows of windows that are over, each once. */
    public List<String> takeOver() {
        Map<Long, Set<String>> over = keysByEnd.headMap(overMs(passed.values()), true);
        List<String> keys = over.values().stream().flatMap(Collection::stream).toList();
        over.clear();
        return keys;
    }

    private static long overMs(Collection<Long> passed) {
        return passed.stream().mapToLong(ms -> ms).min().orElse(Long.MIN_VALUE);
    }
}
