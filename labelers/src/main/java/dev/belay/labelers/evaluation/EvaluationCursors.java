package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.Inbox;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@link EvaluationCursor} of each assigned partition, and the queues that wait for a holdout,
 * for other input of a sweep, or for another try of a sweep that has failed. When such a queue can
 * continue, its partitions are read again from its first unfinished event. Belongs to one thread.
 */
final class EvaluationCursors {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Inbox inbox;
    private final SweepRequests requests;
    private final Function<ModelSpec, @Nullable Holdout> holdouts;
    private final Map<Integer, EvaluationCursor> cursors = new HashMap<>();

    /** The last waiting request of each queue that waits. */
    private final Map<String, SweepRequests.Request> waiting = new HashMap<>();

    /** When queues, or repetitions, that have failed are tried again, as of System.nanoTime. */
    private final Map<String, Long> againNs = new HashMap<>();

    private int lastSwept = -1;

    /**
     * @param holdouts of a spec's task, polled; null while it is not complete
     */
    EvaluationCursors(
            Inbox inbox, SweepRequests requests, Function<ModelSpec, @Nullable Holdout> holdouts) {
        this.inbox = inbox;
        this.requests = requests;
        this.holdouts = holdouts;
    }

    /** Follows the assignment: new and rewound partitions begin at their committed cursors. */
    void update() {
        for (int fresh : inbox.takeFresh()) {
            cursors.put(fresh, EvaluationCursor.of(inbox.committed(fresh)));
        }
        cursors.keySet().retainAll(inbox.partitions());
    }

    /** The cursor of an assigned partition. */
    EvaluationCursor of(int partition) {
        return Objects.requireNonNull(cursors.get(partition));
    }

    /** The assigned partitions, ascending; first those after the one swept last. */
    List<Integer> inTurn() {
        List<Integer> partitions = new ArrayList<>(inbox.partitions());
        long before = partitions.stream().filter(p -> p <= lastSwept).count();
        Collections.rotate(partitions, -(int) before);
        return partitions;
    }

    /** A sweep of this partition begins: the others are next in turn. */
    void swept(int partition) {
        lastSwept = partition;
    }

    /** The holdout of a request's task if all input of its sweep is complete, else null. */
    @Nullable Holdout holdout(SweepRequests.Request request) {
        Holdout holdout = holdouts.apply(request.spec());
        return holdout != null && request.isReady().test(holdout) ? holdout : null;
    }

    /**
     * Makes the queue of an event wait.
     *
     * @return false if too many queues wait already: then all must wait
     */
    boolean hold(int partition, SweepRequests.Request request, long offset) {
        if (!of(partition).hold(request.queue(), offset)) {
            return false;
        }
        waiting.put(request.queue(), request);
        return true;
    }

    /**
     * Makes the queue of an event whose sweep has failed wait for a second.
     *
     * @return as {@link #hold}
     */
    boolean delay(int partition, SweepRequests.Request request, long offset) {
        delay(request.queue());
        return hold(partition, request, offset);
    }

    /**
     * Seeks back to the events of queues that can continue: their input is complete, or their
     * sweeps are no longer wanted.
     *
     * @return whether there are such queues
     */
    boolean resume() {
        Set<String> queues = new TreeSet<>();
        cursors.values().forEach(cursor -> queues.addAll(cursor.waiting()));
        waiting.keySet().retainAll(queues);
        Set<String> resumed = new HashSet<>();
        waiting.forEach(
                (queue, request) -> {
                    if (!requests.isWanted(request.spec())
                            || (isTimeFor(queue) && holdout(request) != null)) {
                        resumed.add(queue);
                    }
                });
        cursors.forEach(
                (partition, cursor) -> {
                    if (!Collections.disjoint(cursor.waiting(), resumed)) {
                        inbox.seek(partition, cursor.resume(resumed));
                    }
                });
        againNs.keySet().removeAll(resumed);
        return !resumed.isEmpty();
    }

    /** Notes that what has this name has failed: it is to be tried again after a second. */
    void delay(String name) {
        againNs.put(name, System.nanoTime() + RETRY_AFTER.toNanos());
    }

    /** Whether what has this name may be tried again. */
    boolean isTimeFor(String name) {
        Long again = againNs.get(name);
        return again == null || System.nanoTime() - again >= 0;
    }
}
