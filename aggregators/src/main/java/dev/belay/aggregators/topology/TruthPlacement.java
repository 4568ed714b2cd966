package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.topology.Reader.Origin;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Places truth by its example's id. */
final class TruthPlacement extends Placement {
    private final Catalog catalog;

    TruthPlacement(int partitions, Reader reader, Catalog catalog) {
        super(partitions, reader);
        this.catalog = catalog;
    }

    @Override
    @Nullable String place(Record<byte[], byte[]> record, Origin origin) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null) {
            return "truth without a key";
        }
        String id = new String(key, StandardCharsets.UTF_8);
        Flow.TruthChange change;
        if (value == null) {
            change = new Flow.TruthChange(id, StrayFormat.TAKEN_BACK, record.timestamp());
        } else {
            Truth truth = reader().decode(origin.topic(), value, Truth.class);
            if (!truth.getId().equals(id)) {
                return "the truth's id is not the record's key";
            }
            int label = truth.getLabel();
            int classes = catalog.classes();
            if (label < 0 || (classes > 0 && label >= classes)) {
                return "class " + label + " is not in [0, " + (classes > 0 ? classes : "K") + ")";
            }
            change = new Flow.TruthChange(id, label, truth.getEventTimeMs());
        }
        if (partitionOf(id) == origin.partition()) {
            here(record, change);
        } else {
            elsewhere(record, id, StrayFormat.of(change));
        }
        return null;
    }
}
