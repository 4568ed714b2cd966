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
 * How far a partition of {@code belay.checkpoints} has been worked through, so that a task whose
 * holdout is not complete holds up none but itself. All events before {@code next} are done, except
 * those of tasks that are behind: theirs are done before an offset of their own. A task's events
 * are done in their order, so one offset a task says all, however many wait.
 *
 * <p>A labeler that reads others waits for more than the holdout: it counts as a task of its own.
 *
 * <p>A task that is behind either waits, or is being caught up with: reading was set back to its
 * first event, and when it has come to {@code next} again the task is behind no more.
 *
 * <p>It is committed as the smallest of these offsets, with the others in the metadata: {@code
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
     * @param committed null: nothing is done yet; metadata of another form, as of one who has set
     *     the offset by hand, says nothing
     */
    static EvaluationCursor of(@Nullable OffsetAndMetadata committed) {
        if (committed == null) {
            return new EvaluationCursor(0);
        }
        Matcher known = METADATA.matcher(committed.metadata());
        if (!known.matches()) {
            return new EvaluationCursor(committed.offset());
        }
        EvaluationCursor standing = new EvaluationCursor(Long.parseLong(known.group(1)));
        for (String task : known.group(2).substring(1).split(";", -1)) {
            int at = task.indexOf('=');
            standing.behind.put(task.substring(0, at), Long.parseLong(task.substring(at + 1)));
        }
        return standing;
    }

    /** What is to be committed. */
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

    /** Whether an event was done before. */
    boolean isDone(@Nullable String task, long offset) {
        return offset < next && (task == null || offset < behind.getOrDefault(task, next));
    }

    /** An event is done; those of its task before it are too, unless the task waits. */
    void done(@Nullable String task, long offset) {
        if (offset >= next) {
            next = offset + 1;
        } else if (task != null && !waits(task)) {
            behind.computeIfPresent(task, (t, before) -> offset + 1);
        }
    }

    /**
     * The event can't be done now, nor those of its task after it.
     *
     * @return false if too many tasks wait already: then all must wait
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
     * These tasks wait no more.
     *
     * @return where to read on from
     */
    long resume(Collection<String> tasks) {
        waiting.removeAll(tasks);
        return behind.keySet().stream()
                .filter(task -> !waits(task))
                .mapToLong(behind::get)
                .reduce(next, Math::min);
    }

    /**
     * Reading has come to this offset.
     *
     * @return whether that ends what tasks are behind
     */
    boolean reached(long offset) {
        return offset >= next && behind.keySet().retainAll(waiting);
    }
}
