package dev.belay.aggregators.topology;

import dev.belay.aggregators.counting.Predicted;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The blocks a shard was given, as they came: {@code phase|model|checkpoint|origin} → the block in
 * the wire format. A log for each model and checkpoint: a correction is a further block, newest
 * wins when they are read.
 */
final class BlockStore {
    private final KeyValueStore<String, byte[]> store;
    private final Map<String, NavigableSet<Long>> sweeps = new HashMap<>();
    private final Map<String, NavigableSet<Long>> progressive = new HashMap<>();

    /** A block as it is kept. */
    record Kept(String key, Bytes bytes) {
        /** Offset it was read from, in the predictions or the strays topic. */
        long offset() {
            return Long.parseLong(key.substring(key.lastIndexOf('|') + 2));
        }
    }

    /** Takes stock of what a restored store holds. */
    BlockStore(KeyValueStore<String, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                String[] parts = all.next().key.split("\\|", -1);
                note(Phase.valueOf(parts[0]), parts[1], Long.parseLong(parts[2]));
            }
        }
    }

    /**
     * Keeps a block.
     *
     * @return whether it is the first of its model, phase and checkpoint
     */
    boolean put(PredictionBlock block, String origin, byte[] bytes) {
        store.put(
                prefix(block.getPhase(), block.getModel(), block.getCheckpoint()) + origin, bytes);
        return note(block.getPhase(), block.getModel(), block.getCheckpoint());
    }

    void remove(Kept kept) {
        store.delete(kept.key());
    }

    /** The checkpoints of a model of which there are HOLDOUT blocks. */
    NavigableSet<Long> sweeps(String model) {
        return sweeps.getOrDefault(model, new TreeSet<>());
    }

    /** Whether there are PROGRESSIVE blocks of a model. */
    boolean progressive(String model) {
        return progressive.containsKey(model);
    }

    /** Gives all blocks a column is read from. The store must not be changed meanwhile. */
    void forEach(Predicted predicted, Consumer<Kept> consumer) {
        String prefix =
                predicted.reading() == Predicted.Reading.SWEEP
                        ? prefix(Phase.HOLDOUT, predicted.model(), predicted.checkpoint())
                        : Phase.PROGRESSIVE + "|" + predicted.model() + "|";
        try (KeyValueIterator<String, byte[]> some =
                store.prefixScan(prefix, new StringSerializer())) {
            while (some.hasNext()) {
                KeyValue<String, byte[]> next = some.next();
                consumer.accept(new Kept(next.key, Bytes.wrap(next.value)));
            }
        }
    }

    private boolean note(Phase phase, String model, long checkpoint) {
        return (phase == Phase.HOLDOUT ? sweeps : progressive)
                .computeIfAbsent(model, m -> new TreeSet<>())
                .add(checkpoint);
    }

    private static String prefix(Phase phase, String model, long checkpoint) {
        return phase + "|" + model + "|" + checkpoint + "|";
    }
}
