package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.counting.BlockCheck;
import dev.belay.aggregators.topology.Reader.Origin;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Places prediction blocks; one that holds ids of several partitions is split. A block of a model
 * whose spec is not known yet is taken as it is: the spec may come later.
 */
final class BlockPlacement extends Placement {
    private final Catalog catalog;

    BlockPlacement(int partitions, Reader reader, Catalog catalog) {
        super(partitions, reader);
        this.catalog = catalog;
    }

    @Override
    @Nullable String place(Record<byte[], byte[]> record, Origin origin) {
        byte[] value = record.value();
        if (value == null) {
            return "predictions without a value";
        }
        PredictionBlock block = reader().decode(origin.topic(), value, PredictionBlock.class);
        String reason = BlockCheck.reason(block, catalog.classes());
        if (reason != null) {
            return reason;
        }
        if (catalog.foreign(block.getModel())) {
            return "model " + block.getModel() + " belongs to another task";
        }
        Map<Integer, List<Integer>> rowsByPartition = new TreeMap<>();
        List<String> ids = block.getIds();
        for (int i = 0; i < ids.size(); i++) {
            rowsByPartition.computeIfAbsent(partitionOf(ids.get(i)), p -> new ArrayList<>()).add(i);
        }
        String at = "p" + String.format("%020d", origin.offset());
        rowsByPartition.forEach(
                (partition, rows) -> {
                    boolean whole = rows.size() == ids.size();
                    PredictionBlock part = whole ? block : part(block, rows);
                    byte[] bytes = whole ? value : encode(origin.topic(), part);
                    if (partition == origin.partition()) {
                        here(record, new Flow.Block(part, Bytes.wrap(bytes), at));
                    } else {
                        elsewhere(record, part.getIds().get(0), StrayFormat.of(bytes));
                    }
                });
        return null;
    }

    private byte[] encode(String topic, PredictionBlock part) {
        byte[] bytes = reader().codec().encode(topic, part);
        if (bytes == null) {
            throw new IllegalStateException("only null is encoded to null");
        }
        return bytes;
    }

    private static PredictionBlock part(PredictionBlock block, List<Integer> rows) {
        int classes = block.getClasses();
        List<String> ids = new ArrayList<>(rows.size());
        List<Long> times = new ArrayList<>(rows.size());
        List<Float> probabilities = new ArrayList<>(rows.size() * classes);
        for (int row : rows) {
            ids.add(block.getIds().get(row));
            times.add(block.getEventTimesMs().get(row));
            probabilities.addAll(
                    block.getProbabilities().subList(row * classes, (row + 1) * classes));
        }
        return new PredictionBlock(
                block.getModel(),
                block.getCheckpoint(),
                block.getPhase(),
                classes,
                ids,
                times,
                probabilities,
                block.getSweepRows());
    }
}
