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
 * Decides which windows of a student's stream are closed: those that end before the expiry time
 * ({@link StreamExpiry}) of every shard that has counted the student. A shard that has sent nothing
 * for one horizon of wall-clock time is inactive and does not hold windows open; nor does one that
 * starts later. Counts that they send of closed windows are too late.
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
     * Registers a row.
     *
     * @param window null: cumulative
     */
    public void add(@Nullable Window window, String key, Map<Integer, Long> passedBefore) {
        if (window != null) {
            keysByEnd.computeIfAbsent(window.endMs(), e -> new HashSet<>()).add(key);
        }
        passed.putAll(passedBefore);
    }

    /** Registers a shard's expiry time; returns whether it advanced. */
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

    /** The rows of closed windows, each once. */
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
