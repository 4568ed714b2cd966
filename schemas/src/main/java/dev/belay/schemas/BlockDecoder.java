package dev.belay.schemas;

import dev.belay.schemas.BlockColumns.Ids;
import dev.belay.schemas.BlockColumns.KnownIds;
import dev.belay.schemas.BlockColumns.Times;
import dev.belay.schemas.events.Phase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Decodes a {@link BlockColumns} from Avro binary, as fast as the log is read. */
final class BlockDecoder {
    private static final Phase[] PHASES = Phase.values();

    private BlockDecoder() {}

    /**
     * Reads Avro binary in the form that this program writes: each array in one block.
     *
     * @return null if the bytes have another form or are malformed
     */
    static @Nullable BlockColumns decode(byte[] bytes, int from, KnownIds known) {
        var in = new AvroCursor(bytes, from);
        try {
            String model = in.text();
            long checkpoint = in.number();
            long phase = in.number();
            long classes = in.number();
            Ids ids = ids(in, known);
            Times times = times(in);
            float[] probabilities = new float[in.items(Float.BYTES)];
            ByteBuffer.wrap(bytes, in.at, Float.BYTES * probabilities.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(probabilities);
            in.at += Float.BYTES * probabilities.length;
            in.endOfItems(probabilities.length);
            long sweepRows = in.number();
            int labels = bytes[in.at++];
            int[] abstained = in.ints();
            int[] optionCounts = in.ints();
            long holdoutVersion = in.number();
            if (holdoutVersion != (int) holdoutVersion
                    || in.at != bytes.length
                    || labels < 0
                    || labels > 1
                    || phase < 0
                    || phase >= PHASES.length
                    || classes != (int) classes) {
                return null;
            }
            return new BlockColumns(
                    model,
                    checkpoint,
                    PHASES[(int) phase],
                    BlockRows.of((int) classes, optionCounts),
                    ids,
                    times,
                    probabilities,
                    sweepRows,
                    labels == 1,
                    abstained);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            return null; // a length that leads out of the bytes: not as we write it
        }
    }

    /** Usually all are equal, which comparing each one's bytes with the next shows. */
    private static Times times(AvroCursor in) {
        int count = in.items(1);
        if (count == 0) {
            return new Times(new long[0], 0);
        }
        int from = in.at;
        long first = in.number();
        long others = (long) (count - 1) * (in.at - from);
        if (others < in.bytes.length - in.at) {
            int end = in.at + (int) others;
            if (Arrays.equals(in.bytes, from, from + (int) others, in.bytes, in.at, end)) {
                in.at = end;
                in.endOfItems(count);
                return new Times(new long[] {first}, count);
            }
        }
        long[] ms = new long[count];
        ms[0] = first;
        for (int i = 1; i < count; i++) {
            ms[i] = in.number();
        }
        in.endOfItems(count);
        return Times.of(ms);
    }

    private static Ids ids(AvroCursor in, KnownIds known) {
        int count = in.items(1);
        int begin = in.at;
        Ids seen = known.find(in.bytes, begin, count);
        if (seen != null) {
            in.at += seen.to() - seen.from();
            in.endOfItems(count);
            return seen;
        }
        for (int i = 0; i < count; i++) {
            int length = in.length();
            in.at += length;
        }
        Ids ids = new Ids(in.bytes, begin, in.at, count);
        in.endOfItems(count);
        return ids;
    }
}
