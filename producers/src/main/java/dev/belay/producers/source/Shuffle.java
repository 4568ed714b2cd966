package dev.belay.producers.source;

import dev.belay.schemas.IdHash;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Order in which an example's options are written, by a hash of its id: sources often put the right
 * one first. Option i of the source has the key {@code bits("option:" + i, id)}, see {@link
 * IdHash}; the options are in the order of their keys.
 *
 * @param order indices in the source
 */
record Shuffle(List<Integer> order) {
    static Shuffle of(String id, int options) {
        long[] keys =
                IntStream.range(0, options)
                        .mapToLong(i -> IdHash.bits("option:" + i, id))
                        .toArray();
        Comparator<Integer> byKey = (a, b) -> Long.compareUnsigned(keys[a], keys[b]);
        return new Shuffle(IntStream.range(0, options).boxed().sorted(byKey).toList());
    }

    int size() {
        return order.size();
    }

    <T> List<T> apply(List<T> options) {
        return order.stream().map(options::get).toList();
    }

    /** New index of an option of the source. */
    int place(int option) {
        return order.indexOf(option);
    }
}
