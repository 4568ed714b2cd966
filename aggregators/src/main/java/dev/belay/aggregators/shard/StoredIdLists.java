package dev.belay.aggregators.shard;

import dev.belay.aggregators.counting.IdList;
import dev.belay.schemas.BlockColumns;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The id lists of HOLDOUT blocks in a shard's store: {@code roster|key} → number of ids (4 bytes)
 * and the ids, once for all blocks with the same ids, as long as there is one.
 */
final class StoredIdLists {
    private static final String PREFIX = "roster|";

    private final KeyValueStore<String, byte[]> store;
    private final Map<ByteBuffer, IdList> lists = new HashMap<>();
    private final Map<ByteBuffer, Integer> uses = new HashMap<>(); // blocks that name it

    /** Reads the lists of a restored store. Their uses must be counted again. */
    StoredIdLists(KeyValueStore<String, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<String, byte[]> stored =
                store.prefixScan(PREFIX, new StringSerializer())) {
            while (stored.hasNext()) {
                byte[] value = stored.next().value;
                int count = ByteBuffer.wrap(value).getInt();
                var ids = new BlockColumns.Ids(value, Integer.BYTES, value.length, count);
                IdList list = new IdList(ids);
                lists.put(list.name(), list);
            }
        }
    }

    /** Stores a list unless it is stored already. */
    void put(IdList list) {
        if (lists.putIfAbsent(list.name(), list) != null) {
            return;
        }
        byte[] ids = list.ids().bytes();
        store.put(
                key(list),
                ByteBuffer.allocate(Integer.BYTES + ids.length)
                        .putInt(list.ids().count())
                        .put(ids)
                        .array());
    }

    /** Counts a block with these ids. */
    void use(IdList list) {
        uses.merge(list.name(), 1, Integer::sum);
    }

    /** A block with these ids was removed: the list is, too, if it was the last. */
    void release(IdList list) {
        ByteBuffer name = list.name();
        if (uses.merge(name, -1, Integer::sum) == 0) {
            uses.remove(name);
            lists.remove(name);
            store.delete(key(list));
        }
    }

    /**
     * The list of a name.
     *
     * @throws IllegalStateException if it is not stored
     */
    IdList get(ByteBuffer name) {
        IdList list = lists.get(name);
        if (list == null) {
            throw new IllegalStateException("a kept block has lost its roster");
        }
        return list;
    }

    /** The ids of all lists, UTF-8. */
    Set<ByteBuffer> ids() {
        Set<ByteBuffer> all = new HashSet<>();
        for (IdList list : lists.values()) {
            list.ids()
                    .forEach(
                            (row, bytes, from, to) ->
                                    all.add(ByteBuffer.wrap(bytes, from, to - from)));
        }
        return all;
    }

    private static String key(IdList list) {
        return PREFIX + HexFormat.of().formatHex(list.key());
    }
}
