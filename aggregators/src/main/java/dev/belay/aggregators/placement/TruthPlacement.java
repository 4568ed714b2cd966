package dev.belay.aggregators.placement;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.counting.Bounds;
import dev.belay.aggregators.counting.Truths;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.EventReader.Origin;
import dev.belay.aggregators.state.Flow;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Places truth by its example's id. */
public final class TruthPlacement extends Placement {
    private final Catalog catalog;

    public TruthPlacement(int partitions, EventReader reader, Catalog catalog) {
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
        String reason = Bounds.id(key);
        if (reason != null) {
            return reason;
        }
        Truths.Version version;
        if (value == null) {
            reason = Bounds.time(record.timestamp());
            if (reason != null) {
                return reason;
            }
            version = new Truths.Version(Truths.UNKNOWN, record.timestamp());
        } else {
            Truth truth = reader().decode(origin.topic(), value, Truth.class);
            if (!Arrays.equals(key, truth.getId().getBytes(StandardCharsets.UTF_8))) {
                return "the truth's id is not the record's key";
            }
            int label = truth.getLabel();
            int classes = catalog.classes();
            if (label < 0 || (classes > 0 && label >= classes)) {
                return "class " + label + " is not in [0, " + (classes > 0 ? classes : "K") + ")";
            }
            reason = Bounds.time(truth.getEventTimeMs());
            if (reason != null) {
                return reason;
            }
            version = new Truths.Version(label, truth.getEventTimeMs());
        }
        var change = new Flow.TruthChange(key, version);
        if (partitionOf(key) == origin.partition()) {
            here(record, change);
        } else {
            elsewhere(record, key, StrayFormat.of(change));
        }
        return null;
    }
}
