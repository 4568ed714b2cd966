package dev.belay.schemas;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PredictionBlock} as columns of primitives, for readers whose limit is the log: nothing
 * is boxed, ids stay bytes. {@link EventCodec#columns} makes it.
 *
 * @param classes K, at least 2
 * @param ids where the ids are
 * @param timesMs event times, n of them
 * @param probabilities n rows of K
 * @param sweepRows rows of the whole sweep; 0 when unknown
 */
public record BlockColumns(
        String model,
        long checkpoint,
        Phase phase,
        int classes,
        Ids ids,
        long[] timesMs,
        float[] probabilities,
        long sweepRows) {
    private static final Phase[] PHASES = Phase.values();

    /**
     * Ids in Avro's form, one after the other: length (zigzag varint), UTF-8.
     *
     * @param from first byte in {@code bytes}
     * @param to behind the last
     */
    public record Ids(byte[] bytes, int from, int to, int count) {
        /** What takes an id: {@code bytes[from, to)}. */
        @FunctionalInterface
        public interface Taker {
            void take(int row, byte[] bytes, int from, int to);
        }

        /** Gives each id in order. */
        public void forEach(Taker taker) {
            var in = new Cursor(bytes, from);
            for (int row = 0; row < count; row++) {
                int length = (int) in.number();
                taker.take(row, bytes, in.at, in.at + length);
                in.at += length;
            }
        }

        /** The ids as text. */
        public List<String> toList() {
            List<String> list = new ArrayList<>(count);
            forEach(
                    (row, in, begin, end) ->
                            list.add(new String(in, begin, end - begin, StandardCharsets.UTF_8)));
            return list;
        }
    }

    /** Number of predictions. */
    public int rows() {
        return ids.count();
    }

    /** Whether all rows have the same event time. */
    public boolean oneTime() {
        for (long time : timesMs) {
            if (time != timesMs[0]) {
                return false;
            }
        }
        return true;
    }

    /** The same as an event. */
    public PredictionBlock toEvent() {
        List<Long> times = new ArrayList<>(timesMs.length);
        for (long time : timesMs) {
            times.add(time);
        }
        List<Float> row = new ArrayList<>(probabilities.length);
        for (float p : probabilities) {
            row.add(p);
        }
        return new PredictionBlock(
                model, checkpoint, phase, classes, ids.toList(), times, row, sweepRows);
    }

    /**
     * Reads Avro binary as this program writes it: each array in one piece.
     *
     * @return null if the bytes are anything else, broken ones too
     */
    static @Nullable BlockColumns read(byte[] bytes, int from) {
        var in = new Cursor(bytes, from);
        try {
            String model = in.text();
            long checkpoint = in.number();
            long phase = in.number();
            long classes = in.number();
            Ids ids = in.ids();
            long[] times = new long[in.items(1)];
            in.numbers(times);
            in.endOfItems(times.length);
            float[] probabilities = new float[in.items(Float.BYTES)];
            ByteBuffer.wrap(bytes, in.at, Float.BYTES * probabilities.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(probabilities);
            in.at += Float.BYTES * probabilities.length;
            in.endOfItems(probabilities.length);
            long sweepRows = in.number();
            if (in.at != bytes.length
                    || phase < 0
                    || phase >= PHASES.length
                    || classes != (int) classes) {
                return null;
            }
            return new BlockColumns(
                    model,
                    checkpoint,
                    PHASES[(int) phase],
                    (int) classes,
                    ids,
                    times,
                    probabilities,
                    sweepRows);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return null; // a length that leads out of the bytes: not as we write it
        }
    }

    /** Avro's varints and lengths over an array. */
    private static final class Cursor {
        private static final VarHandle LITTLE_ENDIAN =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

        private final byte[] bytes;
        private int at;

        Cursor(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        /** A zigzag varint. */
        long number() {
            long raw = 0;
            int shift = 0;
            byte b;
            do {
                if (shift > 63) {
                    throw new IllegalArgumentException("a varint of more than ten bytes");
                }
                b = bytes[at++];
                raw |= (b & 0x7FL) << shift;
                shift += 7;
            } while (b < 0);
            return (raw >>> 1) ^ -(raw & 1);
        }

        /**
         * Numbers one after the other, most often all the same: eight bytes are compared at once.
         */
        void numbers(long[] numbers) {
            for (int i = 0; i < numbers.length; i++) {
                int from = at;
                long number = number();
                numbers[i] = number;
                int length = at - from;
                if (length > Long.BYTES || from + Long.BYTES > bytes.length) {
                    continue;
                }
                int unused = Long.SIZE - Byte.SIZE * length;
                long first = (long) LITTLE_ENDIAN.get(bytes, from) << unused;
                while (i + 1 < numbers.length
                        && at + Long.BYTES <= bytes.length
                        && (long) LITTLE_ENDIAN.get(bytes, at) << unused == first) {
                    numbers[++i] = number;
                    at += length;
                }
            }
        }

        /** A length that fits into what is left. */
        int length() {
            int first = bytes[at];
            if (first >= 0 && (first & 1) == 0 && first >>> 1 < bytes.length - at) {
                at++; // nearly all ids are shorter than 64 bytes
                return first >>> 1;
            }
            long length = number();
            if (length < 0 || length > bytes.length - at) {
                throw new IllegalArgumentException("length " + length);
            }
            return (int) length;
        }

        String text() {
            int length = length();
            at += length;
            return new String(bytes, at - length, length, StandardCharsets.UTF_8);
        }

        /** Number of an array's items, each of which takes at least so many bytes. */
        int items(int bytesEach) {
            long items = number();
            if (items < 0 || items > (bytes.length - at) / bytesEach) {
                throw new IllegalArgumentException(items + " items");
            }
            return (int) items;
        }

        void endOfItems(int items) {
            if (items > 0 && bytes[at++] != 0) {
                throw new IllegalArgumentException("an array in several pieces");
            }
        }

        Ids ids() {
            int count = items(1);
            int begin = at;
            for (int i = 0; i < count; i++) {
                int length = length();
                at += length;
            }
            Ids ids = new Ids(bytes, begin, at, count);
            endOfItems(count);
            return ids;
        }
    }
}
