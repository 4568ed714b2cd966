package dev.belay.labelers.evaluation;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Progress in a partition of {@code belay.checkpoints}, such that a task whose holdout is not
 * complete does not block other tasks. All events before {@code next} are done, except those of
 * tasks that are behind: of these, the events before an offset of the task's own are done. A task's
 * events are done in order, so one offset a task suffices, however many events wait.
 *
 * <p>A labeler with sources waits for them besides the holdout: it counts as a task of its own.
 *
 * <p>A task that is behind either waits or is catching up: reading was set back to its first event
 * that is not done, and once the position reaches {@code next} again the task is no longer behind.
 *
 * <p>Committed as the smallest of these offsets, with the others in the metadata: {@code
 * next;task=offset;…}. Belongs to one thread.
 */
final class EvaluationCursor {
    /** Below the broker's {@code offset.metadata.max.bytes}, 4,096 by default. */
    private static final int MOST_METADATA = 4_000;

    private static final int DIGITS = 19;
    private static final Pattern METADATA = Pattern.compile("(\\d{1,18})((;[^;=]+=\\d{1,18})+)");

    private long next;
    private final Map<String, Long> behind = new TreeMap<>();
    private final Set<String> waiting = new HashSet<>();

    private EvaluationCursor(long next) {
        this.next = next;
    }

    /**
     * @param committed null: nothing is done yet; metadata of another form (the offset was set by
     *     hand) is ignored
     */
    static EvaluationCursor of(@Nullable OffsetAndMetadata committed) {
        if (committed == null) {
            return new EvaluationCursor(0);
        }
        Matcher metadata = METADATA.matcher(committed.metadata());
        if (!metadata.matches()) {
            return new EvaluationCursor(committed.offset());
        }
        EvaluationCursor cursor = new EvaluationCursor(Long.parseLong(metadata.group(1)));
        for (String task : metadata.group(2).substring(1).split(";", -1)) {
            int at = task.indexOf('=');
            cursor.behind.put(task.substring(0, at), Long.parseLong(task.substring(at + 1)));
        }
        return cursor;
    }

    /** The offset to commit. */
    OffsetAndMetadata committed() {
        if (behind.isEmpty()) {
            return new OffsetAndMetadata(next);
        }
        String metadata =
                behind.entrySet().stream()
                        .map(e -> ";" + e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining("", Long.toString(next), ""));
        long oldest = behind.values().stream().reduce(next, Math::min);
        return new OffsetAndMetadata(oldest, metadata);
    }

    /** Whether an event is done. */
    boolean isDone(@Nullable String task, long offset) {
        return offset < next && (task == null || offset < behind.getOrDefault(task, next));
    }

    /** Marks an event done, and the events of its task before it, unless the task waits. */
    void done(@Nullable String task, long offset) {
        if (offset >= next) {
            next = offset + 1;
        } else if (task != null && !waits(task)) {
            behind.computeIfPresent(task, (t, before) -> offset + 1);
        }
    }

    /**
     * Lets a task wait: this event and later ones of its task can't be done now.
     *
     * @return false if too many tasks wait already: the partition has to wait at this event
     */
    boolean hold(String task, long offset) {
        if (!behind.containsKey(task)) {
            int length = DIGITS + 2 + task.length() + DIGITS;
            for (String other : behind.keySet()) {
                length += 2 + other.length() + DIGITS;
            }
            if (length > MOST_METADATA) {
                return false;
            }
            behind.put(task, offset);
        }
        waiting.add(task);
        next = Math.max(next, offset + 1);
        return true;
    }

    boolean waits(String task) {
        return waiting.contains(task);
    }

    /** The tasks that wait. */
    Set<String> waiting() {
        return Set.copyOf(waiting);
    }

    /**
     * Ends the wait of these tasks.
     *
     * @return the offset to continue reading at
     */
    long resume(Collection<String> tasks) {
        waiting.removeAll(tasks);
        return behind.keySet().stream()
                .filter(task -> !waits(task))
                .mapToLong(behind::get)
                .reduce(next, Math::min);
    }

    /**
     * Registers the position: all events before this offset are read.
     *
     * @return whether tasks have caught up by that
     */
    boolean reached(long offset) {
        return offset >= next && behind.keySet().retainAll(waiting);
    }
}
