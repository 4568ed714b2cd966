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
 * Decides which windows of a student's stream are closed: those that end at or before the expiry
 * time ({@link StreamExpiry}) of every shard that has counted the student. A shard that has sent
 * nothing for one horizon of wall-clock time is inactive and does not hold windows open; nor does
 * one that starts later. Counts of closed windows that they send are too late.
 */
public final class WindowExpiry {
    private final long horizonMs;
    private final Map<Integer, Long> expiredMs = new HashMap<>(); // by partition
    private final Map<Integer, Long> receivedMs = new HashMap<>(); // by partition, wall-clock time
    private final NavigableMap<Long, Set<String>> keysByEnd = new TreeMap<>();

    public WindowExpiry(Duration horizon) {
        horizonMs = horizon.toMillis();
    }

    /**
     * Registers a row.
     *
     * @param window null: the row counts the stream from the beginning
     * @param stored expiry times by partition, as stored with the row
     */
    public void add(@Nullable Window window, String key, Map<Integer, Long> stored) {
        if (window != null) {
            keysByEnd.computeIfAbsent(window.endMs(), e -> new HashSet<>()).add(key);
        }
        expiredMs.putAll(stored);
    }

    /** Registers a shard's expiry time; returns whether it advanced. */
    public boolean advance(int partition, long throughMs, long nowMs) {
        receivedMs.put(partition, nowMs);
        Map<Integer, Long> before = Map.copyOf(expiredMs);
        expiredMs.merge(partition, Math.max(throughMs, least(expiredMs.values())), Math::max);
        List<Long> active = new ArrayList<>();
        expiredMs.forEach(
                (p, ms) -> {
                    if (nowMs - receivedMs.computeIfAbsent(p, first -> nowMs) <= horizonMs) {
                        active.add(ms);
                    }
                });
        expiredMs.replaceAll((p, ms) -> Math.max(ms, least(active)));
        return !expiredMs.equals(before);
    }

    /** Event time up to which the stream has expired, by partition. */
    public Map<Integer, Long> expiredMs() {
        return expiredMs;
    }

    /** Whether no shard can change a window any more. */
    public boolean isClosed(Window window) {
        return window.endMs() <= least(expiredMs.values());
    }

    /** Removes the closed windows and returns the keys of their rows. */
    public List<String> removeClosed() {
        Map<Long, Set<String>> closed = keysByEnd.headMap(least(expiredMs.values()), true);
        List<String> keys = closed.values().stream().flatMap(Collection::stream).toList();
        closed.clear();
        return keys;
    }

    private static long least(Collection<Long> times) {
        return times.stream().mapToLong(ms -> ms).min().orElse(Long.MIN_VALUE);
    }
}
