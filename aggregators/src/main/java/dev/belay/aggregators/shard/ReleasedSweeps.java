package dev.belay.aggregators.shard;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The checkpoints whose HOLDOUT blocks a shard has deleted, so that blocks received again are not
 * counted: {@code released|model|first} → the last (8 bytes) of a range of consecutive numbers.
 * Policies release nearly all checkpoints, so there is about one entry for each that is kept.
 */
public final class ReleasedSweeps {
    private static final String PREFIX = "released|";

    private final KeyValueStore<String, byte[]> store;
    private final Map<String, NavigableMap<Long, Long>> lastByFirst = new HashMap<>(); // by model

    public ReleasedSweeps(KeyValueStore<String, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<String, byte[]> some =
                store.prefixScan(PREFIX, new StringSerializer())) {
            while (some.hasNext()) {
                KeyValue<String, byte[]> next = some.next();
                String[] parts = next.key.split("\\|", -1);
                of(parts[1]).put(Long.parseLong(parts[2]), ByteBuffer.wrap(next.value).getLong());
            }
        }
    }

    public boolean contains(String model, long checkpoint) {
        NavigableMap<Long, Long> runs = lastByFirst.get(model);
        Map.Entry<Long, Long> before = runs == null ? null : runs.floorEntry(checkpoint);
        return before != null && before.getValue() >= checkpoint;
    }

    /** The greatest number; -1: there is none. */
    long newest(String model) {
        NavigableMap<Long, Long> runs = lastByFirst.get(model);
        return runs == null ? -1 : runs.lastEntry().getValue();
    }

    void add(String model, long checkpoint) {
        if (contains(model, checkpoint)) {
            return;
        }
        NavigableMap<Long, Long> runs = of(model);
        Map.Entry<Long, Long> before = runs.lowerEntry(checkpoint);
        boolean follows = before != null && before.getValue() == checkpoint - 1;
        long first = follows ? before.getKey() : checkpoint;
        Long afterLast = runs.remove(checkpoint + 1);
        if (afterLast != null) {
            store.delete(key(model, checkpoint + 1));
        }
        long last = afterLast == null ? checkpoint : afterLast;
        runs.put(first, last);
        store.put(key(model, first), ByteBuffer.allocate(Long.BYTES).putLong(last).array());
    }

    private NavigableMap<Long, Long> of(String model) {
        return lastByFirst.computeIfAbsent(model, m -> new TreeMap<>());
    }

    private static String key(String model, long first) {
        return PREFIX + model + "|" + first;
    }
}
