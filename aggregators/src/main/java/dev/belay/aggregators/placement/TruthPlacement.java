package dev.belay.aggregators.placement;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.counting.InputBounds;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.EventReader.Origin;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Truth;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Routes truth by its example's id. */
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
        String reason = InputBounds.id(key);
        if (reason != null) {
            return reason;
        }
        TruthHistory.Version version;
        if (value == null) {
            reason = InputBounds.time(record.timestamp());
            if (reason != null) {
                return reason;
            }
            version = TruthHistory.Version.of(record.timestamp(), null);
        } else {
            Truth truth = reader().decode(origin.topic(), value, Truth.class);
            if (!Arrays.equals(key, truth.getId().getBytes(StandardCharsets.UTF_8))) {
                return "the truth's id is not the record's key";
            }
            int label = truth.getLabel();
            int classes = catalog.classes();
            if (classes == PairTable.CHOICE) {
                // below the number of the example's options, which the shard may know
                if (label < 0 || label >= TaskKind.MAX_OPTIONS) {
                    return "option " + label + " is not in [0, " + TaskKind.MAX_OPTIONS + ")";
                }
            } else if (label < 0 || (classes > 0 && label >= classes)) {
                return "class " + label + " is not in [0, " + (classes > 0 ? classes : "K") + ")";
            }
            reason = InputBounds.time(truth.getEventTimeMs());
            if (reason != null) {
                return reason;
            }
            version = TruthHistory.Version.of(record.timestamp(), truth);
        }
        var change = new ShardMessage.TruthChange(key, version, value);
        if (partitionOf(key) == origin.partition()) {
            here(record, change);
        } else {
            elsewhere(record, key, StrayFormat.of(change));
        }
        return null;
    }
}
