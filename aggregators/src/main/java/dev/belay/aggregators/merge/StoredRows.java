package dev.belay.aggregators.merge;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.events.CheckpointRanks;
import dev.belay.aggregators.events.MetricsEvent;
import dev.belay.aggregators.events.Selection;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** The merger's rows, for queries of its store. */
public final class StoredRows {
    /** The store's name. */
    public static final String STORE = Merger.ROWS;

    private StoredRows() {}

    /**
     * Passes the rows that can be emitted to a consumer, with their keys in {@code belay.metrics};
     * none of slices.
     *
     * @param student null: all
     */
    public static void forEach(
            String task,
            Catalog catalog,
            ReadOnlyKeyValueStore<String, Object> store,
            @Nullable String student,
            BiConsumer<String, PairMetrics> consumer) {
        List<MetricsRow> rows = new ArrayList<>();
        Map<String, CheckpointRanks> byStudent = new HashMap<>();
        try (KeyValueIterator<String, Object> some =
                student == null
                        ? store.all()
                        : store.prefixScan(student + "|", new StringSerializer())) {
            while (some.hasNext()) {
                MetricsRow row = (MetricsRow) some.next().value;
                if (row.any().slice() != null) {
                    continue;
                }
                rows.add(row);
                CheckpointRanks ranks =
                        byStudent.computeIfAbsent(row.any().student(), s -> new CheckpointRanks());
                if (row.any().phase() == Phase.HOLDOUT) {
                    ranks.add(row);
                }
            }
        }
        for (MetricsRow row : rows) {
            CheckpointRanks ranks =
                    byStudent.getOrDefault(row.any().student(), new CheckpointRanks());
            Selection selected = Selection.of(catalog, row);
            if (selected != null) {
                PairMetrics metrics = MetricsEvent.of(task, catalog, selected, row, ranks);
                consumer.accept(MetricsEvent.key(metrics), metrics);
            }
        }
    }
}
