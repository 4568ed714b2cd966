package dev.belay.schemas;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PredictionBlock} as columns of primitives, without boxing and with ids as bytes:
 * decoding keeps up with reading the log. Made by {@link EventCodec#columns}.
 *
 * @param layout where each row is among the probabilities
 * @param ids where the ids are
 * @param times event times of the rows
 * @param probabilities n rows, one after the other
 * @param sweepRows rows of the whole sweep; 0 when unknown
 * @param labels whether the predictions were given as labels
 * @param abstained rows, ascending, that are abstentions; most often none
 */
public record BlockColumns(
        String model,
        long checkpoint,
        Phase phase,
        BlockRows layout,
        Ids ids,
        Times times,
        float[] probabilities,
        long sweepRows,
        boolean labels,
        int[] abstained) {
    static final int[] NONE = {};

    /** A block of a task of kind classes, without abstentions. */
    public BlockColumns(
            String model,
            long checkpoint,
            Phase phase,
            int classes,
            Ids ids,
            Times times,
            float[] probabilities,
            long sweepRows,
            boolean labels) {
        this(
                model,
                checkpoint,
                phase,
                BlockRows.ofClasses(classes),
                ids,
                times,
                probabilities,
                sweepRows,
                labels,
                NONE);
    }

    /**
     * Ids in Avro's form, one after the other: length (zigzag varint), UTF-8.
     *
     * @param from first byte in {@code bytes}
     * @param to behind the last
     */
    public record Ids(byte[] bytes, int from, int to, int count) {
        /** Receives an id: {@code bytes[from, to)}. */
        @FunctionalInterface
        public interface Taker {
            void take(int row, byte[] bytes, int from, int to);
        }

        /** Passes each id to a receiver, in order. */
        public void forEach(Taker taker) {
            var in = new AvroCursor(bytes, from);
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

    /** Finds ids that were decoded before, so that they are not decoded again. */
    @FunctionalInterface
    public interface KnownIds {
        /** Knows no ids. */
        KnownIds NONE = (bytes, from, count) -> null;

        /**
         * The known ids that are equal, byte for byte.
         *
         * @param from where the first begins in {@code bytes}
         * @param count how many there must be
         * @return null if they are not known
         */
        @Nullable Ids find(byte[] bytes, int from, int count);
    }

    /**
     * Event times of rows, in milliseconds since the epoch. Usually all rows have the same.
     *
     * @param ms one for each row; a single one if all have the same
     * @param count number of rows
     */
    public record Times(long[] ms, int count) {
        /** The times of some rows. */
        public static Times of(long... ms) {
            for (long time : ms) {
                if (time != ms[0]) {
                    return new Times(ms, ms.length);
                }
            }
            return new Times(ms.length == 0 ? ms : new long[] {ms[0]}, ms.length);
        }

        /** Whether there are rows and all have the same time. */
        public boolean isOne() {
            return ms.length == 1;
        }

        /** A row's time. */
        public long at(int row) {
            return ms.length == 1 ? ms[0] : ms[row];
        }

        /** The least time; there must be a row. */
        public long oldest() {
            return Arrays.stream(ms).min().orElseThrow();
        }
    }

    /** K; 0 for choice. */
    public int classes() {
        return layout.classes();
    }

    /** Number of predictions. */
    public int rows() {
        return ids.count();
    }

    /** Whether a row is an abstention. */
    public boolean abstains(int row) {
        return abstained.length > 0 && Arrays.binarySearch(abstained, row) >= 0;
    }

    /** Whether all probabilities of a row are 0, as those of an abstention are. */
    public boolean isZero(int row) {
        int from = layout.from(row);
        for (int i = from; i < from + layout.size(row); i++) {
            if (Float.floatToRawIntBits(probabilities[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The same block with these rows, ascending, as its abstentions. */
    public BlockColumns abstaining(int[] rows) {
        return new BlockColumns(
                model,
                checkpoint,
                phase,
                layout,
                ids,
                times,
                probabilities,
                sweepRows,
                labels,
                rows);
    }

    /**
     * A block of some of its rows.
     *
     * @param rows row numbers, ascending
     */
    public BlockColumns select(int[] rows) {
        int[] ends = new int[rows() + 1]; // where each id begins and the one before ends
        ends[0] = ids.from();
        ids.forEach((row, bytes, from, to) -> ends[row + 1] = to);
        var idBytes = new ByteArrayOutputStream();
        long[] ms = new long[rows.length];
        BlockRows selected = layout.select(rows);
        int last = rows.length - 1;
        float[] some = new float[last < 0 ? 0 : selected.from(last) + selected.size(last)];
        for (int i = 0; i < rows.length; i++) {
            int row = rows[i];
            idBytes.write(ids.bytes(), ends[row], ends[row + 1] - ends[row]);
            ms[i] = times.at(row);
            System.arraycopy(
                    probabilities, layout.from(row), some, selected.from(i), selected.size(i));
        }
        byte[] bytes = idBytes.toByteArray();
        return new BlockColumns(
                model,
                checkpoint,
                phase,
                selected,
                new Ids(bytes, 0, bytes.length, rows.length),
                Times.of(ms),
                some,
                sweepRows,
                labels,
                IntStream.range(0, rows.length).filter(i -> abstains(rows[i])).toArray());
    }

    /** The same as an event. */
    public PredictionBlock toEvent() {
        List<Long> timesMs = new ArrayList<>(times.count());
        for (int i = 0; i < times.count(); i++) {
            timesMs.add(times.at(i));
        }
        List<Float> row = new ArrayList<>(probabilities.length);
        for (float p : probabilities) {
            row.add(p);
        }
        return EventFactory.block(
                model,
                checkpoint,
                phase,
                layout,
                ids.toList(),
                timesMs,
                row,
                sweepRows,
                labels,
                Arrays.stream(abstained).boxed().toList(),
                0);
    }
}
