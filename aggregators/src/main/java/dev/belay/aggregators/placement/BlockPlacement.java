package dev.belay.aggregators.placement;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.counting.BlockCheck;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.IdLists;
import dev.belay.aggregators.counting.InputBounds;
import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.EventReader.Origin;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Routes prediction blocks; a block with ids of several partitions is split. A block of a model
 * whose spec is not known yet is accepted, since the spec may arrive later.
 */
public final class BlockPlacement extends Placement {
    private final Catalog catalog;
    private final IdLists rosters = new IdLists();

    public BlockPlacement(int partitions, EventReader reader, Catalog catalog) {
        super(partitions, reader);
        this.catalog = catalog;
    }

    @Override
    @Nullable String place(Record<byte[], byte[]> record, Origin origin) {
        byte[] value = record.value();
        if (value == null) {
            return "predictions without a value";
        }
        String reason = InputBounds.blockBytes(value.length);
        if (reason != null) {
            return reason;
        }
        BlockColumns block = reader().columns(origin.topic(), value, rosters);
        reason = catalog.refusal(block.model());
        if (reason == null) {
            reason = BlockCheck.reason(block, catalog.classes());
        }
        if (reason == null) {
            reason = InputBounds.times(block.times());
        }
        if (reason != null) {
            return reason;
        }
        if (catalog.foreign(block.model())) {
            return "model " + block.model() + " belongs to another task";
        }
        String at = StrayFormat.origin(origin.offset());
        // of sweeps only: a stream's numbers are reused once they have expired
        IdList roster = block.phase() == Phase.HOLDOUT ? rosters.of(block.ids()) : null;
        if (roster == null) {
            reason = InputBounds.ids(block.ids()); // ids of known lists were checked
            if (reason != null) {
                return reason;
            }
            Map<Integer, List<Integer>> rows = rowsByPartition(block.ids());
            if (rows.size() > 1 || !rows.containsKey(origin.partition())) {
                rows.forEach(
                        (partition, some) -> place(record, origin, at, block, partition, some));
                return null;
            }
            roster = new IdList(block.ids());
            if (block.phase() == Phase.HOLDOUT) {
                rosters.add(roster); // its ids occur in later sweeps; those of a stream do not
            }
        }
        here(record, new ShardMessage.Block(block, roster, at));
        return null;
    }

    private Map<Integer, List<Integer>> rowsByPartition(BlockColumns.Ids ids) {
        Map<Integer, List<Integer>> rows = new TreeMap<>();
        ids.forEach(
                (row, bytes, from, to) ->
                        rows.computeIfAbsent(
                                        partitionOf(Arrays.copyOfRange(bytes, from, to)),
                                        p -> new ArrayList<>())
                                .add(row));
        return rows;
    }

    /** Forwards some rows of a block to their partition. */
    private void place(
            Record<byte[], byte[]> record,
            Origin origin,
            String at,
            BlockColumns block,
            int partition,
            List<Integer> rows) {
        BlockColumns part = block.select(rows.stream().mapToInt(row -> row).toArray());
        if (partition == origin.partition()) {
            here(record, new ShardMessage.Block(part, new IdList(part.ids()), at));
            return;
        }
        PredictionBlock event = part.toEvent();
        byte[] bytes = reader().codec().encode(origin.topic(), event);
        if (bytes == null) {
            throw new IllegalStateException("only null is encoded to null");
        }
        byte[] first = event.getIds().get(0).getBytes(StandardCharsets.UTF_8);
        elsewhere(record, first, StrayFormat.of(origin, bytes));
    }
}
