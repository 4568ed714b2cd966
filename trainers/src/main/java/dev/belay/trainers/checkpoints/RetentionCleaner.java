package dev.belay.trainers.checkpoints;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes checkpoint files that no policy keeps ({@link Retention}). Only the owner of a model
 * deletes its files. Used by one thread.
 *
 * <p>In doubt a file is kept: an event that the evaluators' group has not consumed, or whose group
 * has no offset, counts as not evaluated. Failures of store or broker are logged and retried later;
 * nothing waits for a deletion.
 */
public final class RetentionCleaner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionCleaner.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    private final Clients clients;
    private final CheckpointStore store;
    private final Admin admin;
    private final TopicTable<Checkpoint> checkpoints;
    private final Map<String, List<Event>> events = new HashMap<>();

    /**
     * Deleted files of checkpoints that are still in {@link #events} because of their other files.
     */
    private final Set<String> gone = new HashSet<>();

    private @Nullable TopicTable<PairMetrics> metrics;
    private boolean caughtUp;
    private long notBefore = System.nanoTime();

    /** A checkpoint's event and its position in the log. */
    private record Event(Checkpoint checkpoint, TopicPartition partition, long offset) {
        boolean isBefore(Map<TopicPartition, OffsetAndMetadata> committed) {
            OffsetAndMetadata at = committed.get(partition);
            return at != null && offset < at.offset();
        }

        Retention.Known known(boolean evaluated) {
            return new Retention.Known(
                    checkpoint.getNumber(),
                    checkpoint.getState(),
                    checkpoint.getWeightsUri(),
                    checkpoint.getStateUri(),
                    evaluated);
        }
    }

    /** Reading begins with the first {@link #clean}. */
    public RetentionCleaner(Clients clients, CheckpointStore store) {
        this.clients = clients;
        this.store = store;
        this.admin = clients.admin();
        this.checkpoints =
                new TopicTable<>(
                        clients, clients.topics().checkpoints(), Checkpoint.class, this::take);
    }

    /**
     * Deletes files of these models that are no longer kept. Returns at once when there is nothing
     * to do, or the last call was less than two seconds ago.
     *
     * @param ours models that this process owns
     */
    public void clean(Collection<ModelSpec> ours) {
        if (System.nanoTime() - notBefore < 0
                || ours.stream().noneMatch(spec -> Retention.limits(spec.getRetention()))) {
            return;
        }
        notBefore = System.nanoTime() + PAUSE.toNanos();
        try {
            if (caughtUp) {
                checkpoints.poll(Duration.ZERO);
            } else {
                checkpoints.catchUp(CATCH_UP);
                caughtUp = true;
            }
            if (ours.stream().anyMatch(spec -> spec.getRetention().getBest())) {
                metrics().poll(Duration.ZERO);
            }
            Map<TopicPartition, OffsetAndMetadata> evaluated = null;
            for (ModelSpec spec : ours) {
                // as if all were evaluated: even then there is mostly nothing to delete
                if (!removable(spec, null).isEmpty()) {
                    evaluated = evaluated == null ? evaluated() : evaluated;
                    remove(spec, removable(spec, evaluated));
                }
            }
        } catch (UncheckedIOException | KafkaException | IllegalStateException e) {
            LOG.warn("checkpoint files could not be deleted, to be retried: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try (admin;
                checkpoints) {
            if (metrics != null) {
                metrics.close();
            }
        }
    }

    private void take(String model, @Nullable Checkpoint event, TopicPartition at, long offset) {
        if (event != null) {
            events.computeIfAbsent(model, m -> new ArrayList<>()).add(new Event(event, at, offset));
        }
    }

    /**
     * @param evaluated offsets of the evaluators' group; null: as if all events were evaluated
     */
    private Set<String> removable(
            ModelSpec spec, @Nullable Map<TopicPartition, OffsetAndMetadata> evaluated) {
        List<Retention.Known> known =
                events.getOrDefault(spec.getId(), List.of()).stream()
                        .map(e -> e.known(evaluated == null || e.isBefore(evaluated)))
                        .toList();
        Set<String> removable =
                new HashSet<>(
                        Retention.removable(
                                spec.getRetention(),
                                spec.getLabelPolicy(),
                                known,
                                spec.getRetention().getBest() ? accuracy(spec.getId()) : Map.of()));
        removable.removeAll(gone);
        return removable;
    }

    private void remove(ModelSpec spec, Set<String> removable) {
        if (removable.isEmpty()) {
            return;
        }
        int removed = 0;
        for (StoredFile file : store.list(spec.getId())) {
            if (removable.contains(file.uri())) {
                store.delete(file.uri());
                removed++;
            }
        }
        if (removed > 0) {
            LOG.info("removed {} files of {} by its retention policy", removed, spec.getId());
        }
        gone.addAll(removable);
        // events without files are not needed
        var left = events.getOrDefault(spec.getId(), List.of()).iterator();
        while (left.hasNext()) {
            Checkpoint event = left.next().checkpoint();
            if (gone.contains(event.getWeightsUri()) && gone.contains(event.getStateUri())) {
                gone.remove(event.getWeightsUri());
                gone.remove(event.getStateUri());
                left.remove();
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> evaluated() {
        String group = clients.topics().prefix() + "evaluators";
        try {
            return KafkaFutures.get(
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                    "reading the offsets of " + group);
        } catch (GroupIdNotFoundException e) {
            return Map.of(); // no evaluator has committed yet
        }
    }

    /** Holdout accuracy by the number of the student's checkpoint. */
    private Map<Long, Double> accuracy(String student) {
        Map<Long, Double> accuracy = new TreeMap<>();
        for (PairMetrics row : metrics().values()) {
            if (row.getStudent().equals(student)
                    && row.getPhase() == Phase.HOLDOUT
                    && row.getWindowStartMs() == null
                    && row.getStudentAccuracy() != null) {
                accuracy.put(row.getCheckpoint(), row.getStudentAccuracy().getValue());
            }
        }
        return accuracy;
    }

    private TopicTable<PairMetrics> metrics() {
        TopicTable<PairMetrics> table = metrics;
        if (table == null) {
            table = new TopicTable<>(clients, clients.topics().metrics(), PairMetrics.class);
            metrics = table;
            table.catchUp(CATCH_UP);
        }
        return table;
    }
}
