package dev.belay.labelers.truth;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The truth of one partition: a bounded window on its log. Knows no Kafka.
 *
 * <p>Truth of an example with event time t arrives in time if no truth of the partition up to and
 * including it is later than t + horizon. This depends on the log alone, neither on when it was
 * read nor on what is in memory.
 *
 * <p>Beyond its limit the window drops the oldest entries of the log. An example whose truth is not
 * in the window and may have been dropped needs a {@link #search}: the log is read from its
 * beginning again, and what is found for the ids searched for is kept.
 */
public final class TruthWindow {
    /** A horizon that no truth exceeds. */
    public static final long INFINITE = Long.MAX_VALUE;

    /**
     * @param watermarkMs greatest event time of truth in the log up to this
     */
    private record Entry(int label, long watermarkMs) {}

    /** What is known of an example's truth. */
    enum Finding {
        IN_TIME,
        TOO_LATE,
        /** It may still arrive, or never. */
        ABSENT,
        /** It may be in the log before the window. */
        NEEDS_SEARCH
    }

    private final int limit;
    private final Map<String, Entry> recent = new LinkedHashMap<>();
    private final Map<String, Entry> found = new HashMap<>();
    private Set<String> searched = Set.of();
    private boolean dropped;
    private long watermarkMs = Long.MIN_VALUE;

    /**
     * @param limit entries kept, at least 1; those searched for come on top
     */
    TruthWindow(int limit) {
        this.limit = limit;
    }

    /** Adds the next truth of the log; a correction keeps the place of the one before. */
    void put(String id, int label, long timeMs) {
        watermarkMs = Math.max(watermarkMs, timeMs);
        Map<String, Entry> entries = searched.contains(id) ? found : recent;
        Entry before = entries.get(id);
        entries.put(id, new Entry(label, before == null ? watermarkMs : before.watermarkMs()));
        if (recent.size() > limit) {
            Iterator<String> oldest = recent.keySet().iterator();
            oldest.next();
            oldest.remove();
            dropped = true;
        }
    }

    /** Truth was taken back. */
    void remove(String id) {
        recent.remove(id);
        found.remove(id);
    }

    /** Whether reading on would drop an entry. */
    boolean isFull() {
        return recent.size() >= limit;
    }

    /** The class of an example, if its truth is in the window. */
    @Nullable Integer label(String id) {
        Entry entry = entry(id);
        return entry == null ? null : entry.label();
    }

    /** Greatest event time of truth up to that of an example, or of all truth read so far. */
    long watermarkMs(String id) {
        Entry entry = entry(id);
        return entry == null ? watermarkMs : entry.watermarkMs();
    }

    Finding find(String id, long exampleMs, long horizonMs) {
        long latestMs =
                horizonMs == INFINITE || exampleMs > Long.MAX_VALUE - horizonMs
                        ? Long.MAX_VALUE
                        : exampleMs + horizonMs;
        Entry entry = entry(id);
        if (entry != null) {
            return entry.watermarkMs() <= latestMs ? Finding.IN_TIME : Finding.TOO_LATE;
        }
        if (dropped && !searched.contains(id)) {
            return Finding.NEEDS_SEARCH;
        }
        return watermarkMs <= latestMs ? Finding.ABSENT : Finding.TOO_LATE;
    }

    /** Begins anew; the log is to be put again from its beginning. */
    void search(Set<String> ids) {
        recent.clear();
        found.clear();
        searched = Set.copyOf(ids);
        dropped = false;
        watermarkMs = Long.MIN_VALUE;
    }

    private @Nullable Entry entry(String id) {
        Entry entry = recent.get(id);
        return entry == null ? found.get(id) : entry;
    }
}
