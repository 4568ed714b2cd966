package dev.belay.cli.export;

import com.google.common.hash.Hashing;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Selects the newest row of each key, as a stream.
 *
 * <p>Two passes: the first collects a 64-bit hash of each row's key, the second passes on at once
 * every row whose hash was unique and keeps the others until the end. Two keys of one hash cost a
 * little memory, never a row: what is kept is compared by the key itself.
 */
final class NewestRows {
    private static final int FIRST_ROOM = 1024;

    /** Rows that can be gone through again, in the same order. */
    @FunctionalInterface
    interface Rows<R> {
        void forEach(Consumer<R> each);
    }

    private NewestRows() {}

    /**
     * @param newer of two rows of one key the one that counts; given the earlier in the log first
     * @param out gets unique rows in log order, then the others in the order of their first sight
     */
    static <R> void of(
            Rows<R> rows, Function<R, String> key, BinaryOperator<R> newer, Consumer<R> out) {
        var hashes = new Hashes();
        rows.forEach(row -> hashes.add(hash(key.apply(row))));
        long[] repeated = hashes.repeated();
        Map<String, R> kept = new LinkedHashMap<>();
        rows.forEach(
                row -> {
                    String name = key.apply(row);
                    if (Arrays.binarySearch(repeated, hash(name)) < 0) {
                        out.accept(row);
                    } else {
                        kept.merge(name, row, newer);
                    }
                });
        kept.values().forEach(out);
    }

    private static long hash(String key) {
        return Hashing.murmur3_128().hashUnencodedChars(key).asLong();
    }

    private static final class Hashes {
        private long[] values = new long[FIRST_ROOM];
        private int size;

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, Math.addExact(size, size / 2));
            }
            values[size++] = value;
        }

        /** Those that came more than once, ascending; ends the collecting. */
        long[] repeated() {
            Arrays.sort(values, 0, size);
            int found = 0;
            for (int i = 1; i < size; i++) {
                long value = values[i];
                if (value == values[i - 1] && (found == 0 || values[found - 1] != value)) {
                    values[found++] = value; // found < i: nothing unread is overwritten
                }
            }
            return Arrays.copyOf(values, found);
        }
    }
}
