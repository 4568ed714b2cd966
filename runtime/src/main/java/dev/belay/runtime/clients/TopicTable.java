package dev.belay.runtime.clients;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The newest event per key of a small topic, read from its beginning and updated by {@link #poll},
 * as {@link EventReader} reads. Belongs to one thread.
 */
public final class TopicTable<T extends SpecificRecord> implements AutoCloseable {
    private final EventReader<T> reader;
    private final Map<String, T> newest = new HashMap<>();
    private final Map<String, Set<Integer>> partitions = new HashMap<>();

    /** Receives an event: its key, the event (null for a tombstone), and its position. */
    @FunctionalInterface
    public interface Listener<T> {
        void take(String key, @Nullable T event, TopicPartition partition, long offset);
    }

    /** A table of all partitions without a listener. */
    public TopicTable(Clients clients, String topic, Class<T> type) {
        this(clients, topic, type, (key, event) -> {});
    }

    /**
     * @param listener receives each event in each partition's order, null for a tombstone; called
     *     by {@link #poll} after the table was updated
     * @throws IllegalStateException when the topic does not exist
     */
    public TopicTable(
            Clients clients,
            String topic,
            Class<T> type,
            BiConsumer<String, @Nullable T> listener) {
        this(clients, topic, type, (key, event, at, offset) -> listener.accept(key, event));
    }

    /** As above, for a listener that needs the events' positions. */
    public TopicTable(Clients clients, String topic, Class<T> type, Listener<T> listener) {
        reader =
                EventReader.of(
                        clients,
                        topic,
                        type,
                        (key, event, record) -> {
                            partitions
                                    .computeIfAbsent(key, k -> new TreeSet<>())
                                    .add(record.partition());
                            if (event == null) {
                                newest.remove(key);
                            } else {
                                newest.put(key, event);
                            }
                            var partition = new TopicPartition(topic, record.partition());
                            listener.take(key, event, partition, record.offset());
                        });
    }

    /**
     * Applies the records received.
     *
     * @param wait how long to wait if there are none
     * @return whether there were any
     */
    public boolean poll(Duration wait) {
        return reader.poll(wait);
    }

    /** See {@link EventReader#catchUp}. */
    public void catchUp(Duration patience) {
        reader.catchUp(patience);
    }

    /** See {@link EventReader#catchUpPastOpenTransactions}. */
    public void catchUpPastOpenTransactions(Admin admin, Duration patience) {
        reader.catchUpPastOpenTransactions(admin, patience);
    }

    /** The newest event of a key, or null. */
    public @Nullable T get(String key) {
        return newest.get(key);
    }

    /**
     * Partitions that have records of a key, tombstones too, ascending. Programs with another
     * partitioner write to other partitions than Belay does; what replaces such a record must be
     * written to its partition, since only there it is read after it.
     */
    public Set<Integer> partitions(String key) {
        return Collections.unmodifiableSet(partitions.getOrDefault(key, Set.of()));
    }

    /** All keys with their newest events; a view. */
    public Map<String, T> all() {
        return Collections.unmodifiableMap(newest);
    }

    /** The newest events; a view. */
    public Collection<T> values() {
        return all().values();
    }

    @Override
    public void close() {
        reader.close();
    }
}
