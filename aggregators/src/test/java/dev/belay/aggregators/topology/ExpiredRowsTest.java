package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.progressive;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.shard.BlockStore;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.PredictionBlock;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of the stream in a shard's store: those that have expired leave it, the others stay. */
class ExpiredRowsTest {
    private final KeyValueStore<String, byte[]> store =
            Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore("blocks"),
                            Serdes.String(),
                            Serdes.ByteArray())
                    .withLoggingDisabled()
                    .build();

    @BeforeEach
    void open() {
        var context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), new File("."));
        store.init(context.getStateStoreContext(), store);
    }

    @Test
    void aBlockOfWhichSomeRowsExpireIsRewritten() {
        // Given
        put(new BlockStore(store), "weak", 1, 10, 20);
        put(new BlockStore(store), "naive", 1, 15);
        // When those of 10 and 15 expire
        new BlockStore(store).expire(15, block -> block.rows() == 3 ? rows(block, 0, 2) : null);
        // Then
        assertEquals(List.of("weak [e0, e2] 1 20"), kept(new BlockStore(store)));
        assertEquals(15, new BlockStore(store).expiredMs());
    }

    /** Release 0.1.0: each row by its own time, which stayed in its block, and no format byte. */
    @Test
    void rowsThatExpiredInRelease010AreNotRead() {
        // Given
        put(new BlockStore(store), "weak", 10, 1, 20);
        put(new BlockStore(store), "naive", 30);
        store.put("passed", ByteBuffer.allocate(8).putLong(10).array());
        List<String> rest = List.of("naive [e0] 30", "weak [e2] 20");
        // When
        BlockStore next = new BlockStore(store);
        // Then
        assertEquals(10, next.expiredMs());
        assertEquals(rest, kept(next));
        // And none comes back when the next expire, though all that is left is newer
        next.expire(12, block -> block);
        assertEquals(rest, kept(next));
        assertEquals(rest, kept(new BlockStore(store)));
    }

    private static BlockColumns rows(BlockColumns block, int... rows) {
        return block.select(rows);
    }

    private static void put(BlockStore blocks, String model, long... timesMs) {
        List<String> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        for (long ms : timesMs) {
            ids.add("e" + ids.size());
            times.add(ms);
        }
        PredictionBlock event =
                PredictionBlock.newBuilder(progressive(model, 1, 0, ids, new int[ids.size()]))
                        .setEventTimesMs(times)
                        .build();
        var codec = new EventCodec(new MockSchemaRegistryClient());
        BlockColumns block = codec.columns("p", requireNonNull(codec.encode("p", event)));
        blocks.put(block, new IdList(block.ids()), StrayFormat.origin(1));
    }

    /** Model, ids and times of the blocks that are kept. */
    private static List<String> kept(BlockStore blocks) {
        List<String> all = new ArrayList<>();
        blocks.forEachProgressive(
                kept -> {
                    PredictionBlock event = kept.block().toEvent();
                    StringBuilder text = new StringBuilder();
                    text.append(event.getModel().replaceAll("x/(.*)#.*", "$1"));
                    text.append(' ').append(event.getIds());
                    event.getEventTimesMs().forEach(ms -> text.append(' ').append(ms));
                    all.add(text.toString());
                });
        return all;
    }
}
