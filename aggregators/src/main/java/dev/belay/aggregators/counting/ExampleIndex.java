package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.schemas.BlockColumns;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The predicted examples of a partition, numbered from 0 in order of arrival, with their truth.
 * Numbers exist in memory only, differ from run to run, and are reused once they are free.
 *
 * <p>Memory: about 190 bytes an example beside its id, 72 of them its truth, if reported once (8
 * more for the PROGRESSIVE stream, 4 where there are groups; 4 where there are tags, and some 32
 * for each example that has them). Capacity does not shrink.
 */
final class ExampleIndex {
    /** Slices counted by name; later ones are counted as {@link Slices#OTHER}. */
    static final int MOST_SLICES = 1_000;

    private final Map<Id, Integer> numberById = new HashMap<>();
    private final Function<byte[], TruthHistory> truthOf;
    private @Nullable Id[] ids = new Id[64];
    private TruthHistory[] truths = new TruthHistory[64];
    private int[] newest = new int[64]; // of truths: most often this alone is asked for
    private int[] clusters = new int[0]; // empty until an example has a group
    private Slices[] slices = new Slices[0]; // empty until an example has tags
    private final Set<String> named = new HashSet<>(); // slices
    private long[] timesMs = new long[0]; // PROGRESSIVE; no longer than it has to be
    private int[] free = new int[16];
    private int freed;
    private int size;
    private int version;
    private int freedEver;

    /** An id's UTF-8 with its hash. */
    private static final class Id {
        private final byte[] utf8;
        private final int hash;

        Id(byte[] utf8) {
            this.utf8 = utf8;
            this.hash = Utils.murmur2(utf8);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Id other && Arrays.equals(utf8, other.utf8);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * @param truthOf called once for each new example, with its id in UTF-8
     */
    ExampleIndex(Function<byte[], TruthHistory> truthOf) {
        this.truthOf = truthOf;
    }

    /** Upper bound of the numbers in use; some below it may be free. */
    int size() {
        return size;
    }

    /** Number of examples known. */
    int known() {
        return size - freed;
    }

    /** Version that changes whenever a number was freed and may be reused for another example. */
    int freedEver() {
        return freedEver;
    }

    /** The numbers of ids; new ones where they are new. */
    int[] numbers(BlockColumns.Ids block) {
        int[] numbers = new int[block.count()];
        block.forEach(
                (row, bytes, from, to) ->
                        numbers[row] = number(new Id(Arrays.copyOfRange(bytes, from, to))));
        return numbers;
    }

    private int number(Id id) {
        Integer known = numberById.get(id);
        if (known != null) {
            return known;
        }
        int number = freed > 0 ? free[--freed] : size++;
        if (number == ids.length) {
            ids = Arrays.copyOf(ids, number * 2);
            truths = Arrays.copyOf(truths, number * 2);
            newest = Arrays.copyOf(newest, number * 2);
        }
        numberById.put(id, number);
        ids[number] = id;
        setTruths(number, truthOf.apply(id.utf8));
        return number;
    }

    /**
     * Registers that a prediction of an example is kept. An example's time is the greatest event
     * time of its kept predictions, of any model.
     */
    void predicted(int number, long timeMs) {
        if (number >= timesMs.length) {
            int before = timesMs.length;
            timesMs = Arrays.copyOf(timesMs, ids.length);
            Arrays.fill(timesMs, before, timesMs.length, Long.MIN_VALUE);
        }
        timesMs[number] = Math.max(timesMs[number], timeMs);
    }

    /** The numbers of the examples whose time is {@code throughMs} or earlier. */
    int[] through(long throughMs) {
        return IntStream.range(0, size)
                .filter(number -> !isFree(number))
                .filter(number -> number >= timesMs.length || timesMs[number] <= throughMs)
                .toArray();
    }

    /** The example's number; null if no model has predicted it. */
    @Nullable Integer known(byte[] utf8) {
        return numberById.get(new Id(utf8));
    }

    TruthHistory truths(int number) {
        return truths[number];
    }

    /** The class by the newest truth, or {@link TruthHistory#UNKNOWN}. */
    int newest(int number) {
        return newest[number];
    }

    /** The classes by the newest truth of all examples, by number. */
    int[] newest() {
        return newest;
    }

    /** Version that changes whenever a truth has changed. */
    int version() {
        return version;
    }

    void setTruths(int number, TruthHistory now) {
        version++;
        truths[number] = now;
        newest[number] = now.newest();
        if (now.cluster() != ClusterSums.NONE || clusters.length > 0) {
            int before = clusters.length;
            if (number >= before) {
                clusters = Arrays.copyOf(clusters, ids.length);
                Arrays.fill(clusters, before, clusters.length, ClusterSums.NONE);
            }
            clusters[number] = now.cluster();
        }
        if (!now.slices().isEmpty() || slices.length > 0) {
            int before = slices.length;
            if (number >= before) {
                slices = Arrays.copyOf(slices, ids.length);
                Arrays.fill(slices, before, slices.length, Slices.NONE);
            }
            slices[number] = now.slices().named(this::isNamed);
        }
    }

    private boolean isNamed(String slice) {
        return named.contains(slice) || (named.size() < MOST_SLICES && named.add(slice));
    }

    /** Whether some example has, or had, tags. */
    boolean hasSlices() {
        return slices.length > 0;
    }

    /** The slices of an example by its newest truth. */
    Slices slices(int number) {
        return number < slices.length ? slices[number] : Slices.NONE;
    }

    /** Whether some example has, or had, a group. */
    boolean hasGroups() {
        return clusters.length > 0;
    }

    /** The cluster of an example's group; {@link ClusterSums#NONE} without one. */
    int cluster(int number) {
        return number < clusters.length ? clusters[number] : ClusterSums.NONE;
    }

    /** Removes an example and returns its id. */
    byte[] free(int number) {
        Id id = ids[number];
        if (id == null) {
            throw new IllegalStateException("number " + number + " is free already");
        }
        ids[number] = null;
        truths[number] = TruthHistory.NONE;
        if (number < timesMs.length) {
            timesMs[number] = Long.MIN_VALUE;
        }
        if (number < slices.length) {
            slices[number] = Slices.NONE;
        }
        numberById.remove(id);
        if (freed == free.length) {
            free = Arrays.copyOf(free, freed * 2);
        }
        free[freed++] = number;
        freedEver++;
        version++;
        return id.utf8;
    }

    /** Whether a number is not in use. */
    boolean isFree(int number) {
        return ids[number] == null;
    }
}
