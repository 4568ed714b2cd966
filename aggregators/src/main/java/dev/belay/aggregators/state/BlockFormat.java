package dev.belay.aggregators.state;

import dev.belay.aggregators.counting.IdList;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.events.Phase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A block as a shard keeps it, big-endian: version (1 byte), flags (1), classes (4), rows (4), rows
 * of the sweep (8), the ids, the event times, the probabilities. Of a HOLDOUT block the ids are the
 * {@link IdList#key} of a roster (16 bytes) that is kept beside; of others their length (4) and
 * Avro's form of them. The event times are one (8) if all rows have the same, else 8 bytes a row.
 * Where the classes are 0 (choice), the options of each row less 1 follow, a byte each. The
 * probabilities are {@link TwoClassRows} where they can be, else 4 bytes each, row after row,
 * little-endian as most processors and Avro have them. Rows whose probabilities are all 0 are
 * abstentions. Model, checkpoint and phase are in the key.
 */
public final class BlockFormat {
    private static final byte VERSION = 3;
    private static final int HEADER_BYTES = 18;
    private static final int ROSTER = 1;
    private static final int ONE_TIME = 2;
    private static final int TWO_CLASSES = 4;
    private static final int LABELS = 8;
    private static final int ABSTAINS = 16;
    private static final int[] NONE = {};

    private BlockFormat() {}

    public static byte[] write(BlockColumns block, IdList roster) {
        float[] probabilities = block.probabilities();
        boolean byRoster = block.phase() == Phase.HOLDOUT;
        int idBytes = byRoster ? IdList.KEY_BYTES : Integer.BYTES + roster.ids().to();
        int before = HEADER_BYTES + idBytes + Long.BYTES * block.times().ms().length;
        int flags = (byRoster ? ROSTER : 0) | (block.times().isOne() ? ONE_TIME : 0);
        flags |= block.labels() ? LABELS : 0;
        flags |= block.abstained().length > 0 ? ABSTAINS : 0;
        if (block.classes() == 2) {
            byte[] kept = new byte[before + TwoClassRows.bytes(block.rows())];
            if (TwoClassRows.write(probabilities, kept, before)) {
                writeBefore(ByteBuffer.wrap(kept), flags | TWO_CLASSES, block, roster);
                return kept;
            }
        }
        int[] optionCounts = block.layout().optionCounts();
        byte[] kept = new byte[before + optionCounts.length + Float.BYTES * probabilities.length];
        ByteBuffer out = ByteBuffer.wrap(kept);
        writeBefore(out, flags, block, roster);
        for (int options : optionCounts) {
            out.put((byte) (options - 1));
        }
        out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(probabilities);
        return kept;
    }

    private static void writeBefore(ByteBuffer out, int flags, BlockColumns block, IdList roster) {
        out.put(VERSION).put((byte) flags);
        out.putInt(block.classes()).putInt(block.rows()).putLong(block.sweepRows());
        if ((flags & ROSTER) != 0) {
            out.put(roster.key());
        } else {
            out.putInt(roster.ids().to()).put(roster.ids().bytes());
        }
        for (long ms : block.times().ms()) {
            out.putLong(ms);
        }
    }

    /** A block with its ids. */
    public record Read(BlockColumns block, IdList roster) {}

    /**
     * @param rosters an id list by its key
     */
    public static Read read(
            byte[] bytes,
            String model,
            long checkpoint,
            Phase phase,
            Function<ByteBuffer, IdList> rosters) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte version = in.get();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "cannot read a block of %s: %s"
                            .formatted(model, BinarySerde.refused(version, VERSION, VERSION)));
        }
        int flags = in.get();
        int classes = in.getInt();
        int rows = in.getInt();
        long sweepRows = in.getLong();
        IdList roster;
        if ((flags & ROSTER) != 0) {
            byte[] key = new byte[IdList.KEY_BYTES];
            in.get(key);
            roster = rosters.apply(ByteBuffer.wrap(key));
        } else {
            int length = in.getInt();
            int at = in.position();
            roster = new IdList(new BlockColumns.Ids(bytes, at, at + length, rows));
            in.position(at + length);
        }
        long[] ms = new long[(flags & ONE_TIME) != 0 ? 1 : rows];
        for (int i = 0; i < ms.length; i++) {
            ms[i] = in.getLong();
        }
        BlockRows layout = BlockRows.ofClasses(classes);
        float[] probabilities;
        if ((flags & TWO_CLASSES) != 0) {
            probabilities = TwoClassRows.read(bytes, in.position(), rows);
        } else {
            layout = classes == 0 ? BlockRows.of(0, optionCounts(in, rows)) : layout;
            probabilities = new float[layout.from(rows - 1) + layout.size(rows - 1)];
            in.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(probabilities);
        }
        BlockColumns.Times times = new BlockColumns.Times(ms, rows);
        boolean labels = (flags & LABELS) != 0;
        BlockColumns block =
                new BlockColumns(
                        model,
                        checkpoint,
                        phase,
                        layout,
                        roster.ids(),
                        times,
                        probabilities,
                        sweepRows,
                        labels,
                        NONE);
        return new Read(
                (flags & ABSTAINS) != 0 ? block.abstaining(zeroRows(block)) : block, roster);
    }

    private static int[] optionCounts(ByteBuffer in, int rows) {
        int[] counts = new int[rows];
        for (int row = 0; row < rows; row++) {
            counts[row] = (in.get() & 0xFF) + 1;
        }
        return counts;
    }

    private static int[] zeroRows(BlockColumns block) {
        return IntStream.range(0, block.rows()).filter(block::isZero).toArray();
    }
}
