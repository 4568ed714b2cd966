package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a block. Every sweep of a holdout has the same ids in the same order, so they are
 * looked up, hashed and stored once and then recognised as a whole: handling ids dominates the cost
 * of counting (see {@link IdLists}). Belongs to one partition and thread.
 */
public final class IdList {
    /** Bytes of {@link #key}. */
    public static final int KEY_BYTES = 16;

    private final BlockColumns.Ids ids;
    private int @Nullable [] numbers;
    private boolean consecutive; // the numbers
    private @Nullable ExampleIndex numberedBy;
    private int numberedAt; // how many numbers had been freed
    private byte @Nullable [] key;

    /** A list with its own copy of the bytes. */
    public IdList(BlockColumns.Ids ids) {
        byte[] copy = Arrays.copyOfRange(ids.bytes(), ids.from(), ids.to());
        this.ids = new BlockColumns.Ids(copy, 0, copy.length, ids.count());
    }

    public BlockColumns.Ids ids() {
        return ids;
    }

    /** Memory of the ids. */
    int bytes() {
        return ids.to();
    }

    /** First 16 bytes of SHA-256 over the ids as Avro writes them: names it in the store. */
    public byte[] key() {
        if (key == null) {
            try {
                key =
                        Arrays.copyOf(
                                MessageDigest.getInstance("SHA-256").digest(ids.bytes()),
                                KEY_BYTES);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
        return key;
    }

    /** {@link #key} in a form that can be looked up. */
    public ByteBuffer name() {
        return ByteBuffer.wrap(key());
    }

    /** The numbers of these examples; looked up once, as long as the index is the same. */
    int[] numbers(ExampleIndex examples) {
        int[] known = numbers;
        if (known == null || numberedBy != examples || numberedAt != examples.freedEver()) {
            known = examples.numbers(ids);
            numbers = known;
            consecutive = areConsecutive(known);
            numberedBy = examples;
            numberedAt = examples.freedEver();
        }
        return known;
    }

    /** Whether each of the {@link #numbers} last given is the one before plus 1. */
    boolean consecutive() {
        return consecutive;
    }

    private static boolean areConsecutive(int[] numbers) {
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] != numbers[0] + i) {
                return false;
            }
        }
        return numbers.length > 0;
    }

    /** Whether the given ids equal these. */
    boolean isAt(byte[] in, int from, int count) {
        int to = from + ids.to();
        return count == ids.count()
                && to <= in.length
                && Arrays.equals(ids.bytes(), 0, ids.to(), in, from, to);
    }
}
