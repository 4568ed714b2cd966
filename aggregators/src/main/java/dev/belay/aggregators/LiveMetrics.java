package dev.belay.aggregators;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.merge.StoredRows;
import dev.belay.schemas.events.PairMetrics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsNotStartedException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The metrics rows of a task that this instance holds, without reading {@code belay.metrics}: those
 * it counts itself and, slightly older, those it holds as a standby. A row equals the next event of
 * its key. Thread-safe.
 */
public final class LiveMetrics {
    private final String task;
    private final Supplier<@Nullable KafkaStreams> streams;
    private final Supplier<Catalog> catalog;

    LiveMetrics(String task, Supplier<@Nullable KafkaStreams> streams, Supplier<Catalog> catalog) {
        this.task = task;
        this.streams = streams;
        this.catalog = catalog;
    }

    /**
     * The rows held here, by their keys in {@code belay.metrics}.
     *
     * @param student model id; null: of all students
     * @throws NotNowException while the task is being moved, restored or restarted
     */
    public Map<String, PairMetrics> rows(@Nullable String student) {
        KafkaStreams now = alive();
        Map<String, PairMetrics> rows = new TreeMap<>();
        try {
            ReadOnlyKeyValueStore<String, Object> store =
                    now.store(
                            StoreQueryParameters.fromNameAndType(
                                            StoredRows.STORE,
                                            QueryableStoreTypes.<String, Object>keyValueStore())
                                    .enableStaleStores());
            StoredRows.forEach(task, catalog.get(), store, student, rows::put);
        } catch (InvalidStateStoreException e) {
            throw new NotNowException("the rows of task " + task + " can't be read now", e);
        }
        return rows;
    }

    /**
     * Which instances hold a student's rows, by their {@code aggregator.server}: the one that
     * counts them first, then its standbys.
     *
     * @return empty if they have no {@code aggregator.server}
     * @throws NotNowException while the instances agree on it
     */
    public List<HostInfo> holders(String student) {
        KeyQueryMetadata found;
        try {
            found = alive().queryMetadataForKey(StoredRows.STORE, student, new StringSerializer());
        } catch (IllegalStateException | StreamsNotStartedException e) {
            throw new NotNowException("task " + task + " has not begun", e);
        }
        if (found == null || found.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            throw new NotNowException("it is not known now which instance holds " + student, null);
        }
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(found.activeHost()),
                        found.standbyHosts().stream())
                .filter(host -> !host.equals(HostInfo.unavailable()))
                .toList();
    }

    private KafkaStreams alive() {
        KafkaStreams now = streams.get();
        if (now == null) {
            throw new NotNowException("task " + task + " begins again soon", null);
        }
        return now;
    }

    /** The rows can't be read now; retry later. */
    public static final class NotNowException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotNowException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
