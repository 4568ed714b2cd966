package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.TaskOwner;
import dev.belay.aggregators.counting.ColumnKey;
import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.state.BlockFormat;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.state.StrayFormat;
import dev.belay.aggregators.state.TwoClassRows;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The blocks received by a shard: {@code phase|model|checkpoint|origin} → {@link BlockFormat}, a
 * log for each model and checkpoint. A correction is another block; the newest wins on reading.
 * Also the {@link StoredIdLists}; {@code passed} → the event time (8 bytes) through which examples
 * of the PROGRESSIVE stream have expired, and 1; {@code owner} → the {@link TaskOwner}; and the
 * {@link ReleasedSweeps}.
 *
 * <p>A PROGRESSIVE block has only rows that have not expired. In release 0.1.0 each row expired by
 * its own time and stayed in the store with its block; it wrote no 1. Such rows are skipped when
 * read, until the next examples expire.
 *
 * <p>A HOLDOUT prediction takes 4·K bytes, K the number of classes (4½ of {@link TwoClassRows}), a
 * PROGRESSIVE one its id and 1 more; of choice, K is the example's number of options, and 1 byte
 * more. Both take 8 more where the event times of a block differ, and each block at most 100
 * beside. In an id list an example takes its id and 1. On the heap: the id lists again, and the
 * keys of PROGRESSIVE blocks.
 */
public final class BlockStore {
    private static final String PASSED = "passed";
    private static final String OWNER = "owner";

    private final KeyValueStore<String, byte[]> store;
    private final Map<String, NavigableSet<Long>> sweeps = new HashMap<>();
    private final Set<String> progressive = new HashSet<>(); // models
    private final StoredIdLists idLists;
    private final ReleasedSweeps released;
    private final NavigableMap<Long, List<String>> progressiveByTime =
            new TreeMap<>(); // oldest row
    private final RecentSweeps recent = new RecentSweeps();
    private @Nullable TaskOwner owner;
    private long expiredMs = Long.MIN_VALUE;
    private boolean rowsExpired; // by themselves, as in release 0.1.0

    /** A stored block. */
    public record Kept(String key, BlockColumns block, IdList roster) {
        /** Its origin, in the form of {@link StrayFormat#parse}. */
        String origin() {
            return key.substring(key.lastIndexOf('|') + 1);
        }
    }

    /** Indexes the content of a restored store. */
    public BlockStore(KeyValueStore<String, byte[]> store) {
        this.store = store;
        this.released = new ReleasedSweeps(store);
        this.idLists = new StoredIdLists(store);
        this.owner = Formats.OWNER.deserializer().deserialize(OWNER, store.get(OWNER));
        byte[] passed = store.get(PASSED);
        if (passed != null) {
            expiredMs = ByteBuffer.wrap(passed).getLong();
            rowsExpired = passed.length == Long.BYTES;
        }
        for (Phase phase : Phase.values()) {
            scan(phase + "|", (key, value) -> note(kept(key, value)));
        }
    }

    /** The task's owner as last stored, or null. */
    @Nullable TaskOwner owner() {
        return owner;
    }

    /** Stores the task's owner. */
    void own(TaskOwner now) {
        owner = now;
        store.put(OWNER, Formats.OWNER.serializer().serialize(OWNER, now));
    }

    /**
     * Stores a block.
     *
     * @return whether it is the first of its model and phase and, of the HOLDOUT, checkpoint
     */
    public boolean put(BlockColumns block, IdList roster, String origin) {
        if (block.phase() == Phase.HOLDOUT) {
            idLists.put(roster);
        }
        String prefix = prefix(block.phase(), block.model(), block.checkpoint());
        Kept kept = new Kept(prefix + origin, block, roster);
        store.put(kept.key(), BlockFormat.write(block, roster));
        boolean first = note(kept);
        if (block.phase() == Phase.HOLDOUT) {
            recent.add(prefix, kept, first);
        }
        return first;
    }

    void remove(Kept kept) {
        store.delete(kept.key());
        BlockColumns block = kept.block();
        recent.forget(prefix(block.phase(), block.model(), block.checkpoint()));
        if (block.phase() == Phase.HOLDOUT) {
            idLists.release(kept.roster());
        }
    }

    /** Deletes the HOLDOUT blocks of a checkpoint for good: it {@link #isReleased} from then on. */
    void release(String model, long checkpoint) {
        released.add(model, checkpoint);
        List<Kept> going = new ArrayList<>();
        forEach(new ColumnKey(model, ColumnKey.Reading.SWEEP, checkpoint), going::add);
        going.forEach(this::remove);
        sweeps(model).remove(checkpoint);
        if (sweeps(model).isEmpty()) {
            sweeps.remove(model);
        }
    }

    boolean isReleased(String model, long checkpoint) {
        return released.contains(model, checkpoint);
    }

    /**
     * The newest checkpoint of a model with HOLDOUT blocks; -1: there is none.
     *
     * @param counts whether one that was not released counts
     */
    long newestSweep(String model, LongPredicate counts) {
        long kept =
                sweeps(model).descendingSet().stream()
                        .mapToLong(number -> number)
                        .filter(counts)
                        .findFirst()
                        .orElse(-1);
        return Math.max(kept, released.newest(model));
    }

    /** The models of which there are HOLDOUT blocks. */
    Set<String> sweptModels() {
        return sweeps.keySet();
    }

    /** The ids, UTF-8, of all examples of which there are HOLDOUT blocks. */
    Set<ByteBuffer> sweptIds() {
        return idLists.ids();
    }

    /** The event time through which examples have expired; {@link Long#MIN_VALUE}: none has. */
    public long expiredMs() {
        return expiredMs;
    }

    /**
     * Removes the PROGRESSIVE rows that have expired.
     *
     * @param throughMs time of the newest example that has
     * @param unexpired what is left of a block; null: nothing
     */
    public void expire(long throughMs, UnaryOperator<@Nullable BlockColumns> unexpired) {
        var old = rowsExpired ? progressiveByTime : progressiveByTime.headMap(throughMs, true);
        List<String> keys = old.values().stream().flatMap(List::stream).toList();
        old.clear();
        for (String key : keys) {
            byte[] value = store.get(key);
            if (value == null) {
                continue; // removed as invalid
            }
            BlockColumns block = kept(key, value).block();
            BlockColumns rest = unexpired.apply(block);
            if (rest == null) {
                store.delete(key);
                continue;
            }
            Kept kept = new Kept(key, rest, new IdList(rest.ids()));
            if (rowsExpired || rest.rows() < block.rows()) {
                store.put(key, BlockFormat.write(rest, kept.roster()));
            }
            note(kept);
        }
        expiredMs = throughMs;
        rowsExpired = false;
        store.put(
                PASSED,
                ByteBuffer.allocate(Long.BYTES + 1).putLong(throughMs).put((byte) 1).array());
    }

    /** The checkpoints of a model of which there are HOLDOUT blocks. */
    NavigableSet<Long> sweeps(String model) {
        return sweeps.getOrDefault(model, new TreeSet<>());
    }

    /** Whether there are PROGRESSIVE blocks of a model. */
    boolean progressive(String model) {
        return progressive.contains(model);
    }

    /** Passes on all blocks of a column. The store must not be changed meanwhile. */
    void forEach(ColumnKey predicted, Consumer<Kept> consumer) {
        String prefix =
                predicted.reading() == ColumnKey.Reading.SWEEP
                        ? prefix(Phase.HOLDOUT, predicted.model(), predicted.checkpoint())
                        : Phase.PROGRESSIVE + "|" + predicted.model() + "|";
        List<Kept> known = recent.of(prefix);
        if (known != null) {
            known.forEach(consumer);
        } else {
            scan(prefix, (key, value) -> consumer.accept(kept(key, value)));
        }
    }

    /** Passes on all PROGRESSIVE blocks. The store must not be changed meanwhile. */
    public void forEachProgressive(Consumer<Kept> consumer) {
        scan(Phase.PROGRESSIVE + "|", (key, value) -> consumer.accept(kept(key, value)));
    }

    private void scan(String prefix, java.util.function.BiConsumer<String, byte[]> taker) {
        try (KeyValueIterator<String, byte[]> some =
                store.prefixScan(prefix, new StringSerializer())) {
            while (some.hasNext()) {
                KeyValue<String, byte[]> next = some.next();
                taker.accept(next.key, next.value);
            }
        }
    }

    private Kept kept(String key, byte[] value) {
        String[] parts = key.split("\\|", -1);
        BlockFormat.Read read =
                BlockFormat.read(
                        value,
                        parts[1],
                        Long.parseLong(parts[2]),
                        Phase.valueOf(parts[0]),
                        idLists::get);
        BlockColumns block = read.block();
        if (rowsExpired && block.phase() == Phase.PROGRESSIVE) {
            int[] rows =
                    IntStream.range(0, block.rows())
                            .filter(row -> block.times().at(row) > expiredMs)
                            .toArray(); // some: blocks without were removed
            BlockColumns rest = block.select(rows);
            return new Kept(key, rest, new IdList(rest.ids()));
        }
        return new Kept(key, block, read.roster());
    }

    private boolean note(Kept kept) {
        BlockColumns block = kept.block();
        if (block.phase() == Phase.HOLDOUT) {
            idLists.use(kept.roster());
            return sweeps.computeIfAbsent(block.model(), m -> new TreeSet<>())
                    .add(block.checkpoint());
        }
        long oldestMs = block.times().oldest();
        progressiveByTime.computeIfAbsent(oldestMs, t -> new ArrayList<>()).add(kept.key());
        return progressive.add(block.model());
    }

    private static String prefix(Phase phase, String model, long checkpoint) {
        return phase + "|" + model + "|" + checkpoint + "|";
    }
}
