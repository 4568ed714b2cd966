package dev.belay.aggregators.topology;

import dev.belay.aggregators.counting.Roster;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/**
 * A block as a shard keeps it, big-endian: version (1 byte), flags (1), classes (4), rows (4), rows
 * of the sweep (8), the ids, the event times, the probabilities (4 bytes each, row after row,
 * little-endian as most processors and Avro have them). Of a HOLDOUT block the ids are the {@link
 * Roster#key} of a roster (16 bytes) that is kept beside; of others their length (4) and Avro's
 * form of them. The event times are one (8) if all rows have the same, else 8 bytes a row. Model,
 * checkpoint and phase are in the key.
 */
final class BlockFormat {
    private static final byte VERSION = 2;
    private static final int HEADER_BYTES = 18;
    private static final int ROSTER = 1;
    private static final int ONE_TIME = 2;

    private BlockFormat() {}

    static byte[] write(BlockColumns block, Roster roster) {
        boolean byRoster = block.phase() == Phase.HOLDOUT;
        boolean oneTime = block.times().isOne();
        int idBytes = byRoster ? Roster.KEY_BYTES : Integer.BYTES + roster.ids().to();
        ByteBuffer out =
                ByteBuffer.allocate(
                        HEADER_BYTES
                                + idBytes
                                + Long.BYTES * block.times().ms().length
                                + Float.BYTES * block.probabilities().length);
        out.put(VERSION).put((byte) ((byRoster ? ROSTER : 0) | (oneTime ? ONE_TIME : 0)));
        out.putInt(block.classes()).putInt(block.rows()).putLong(block.sweepRows());
        if (byRoster) {
            out.put(roster.key());
        } else {
            out.putInt(roster.ids().to()).put(roster.ids().bytes());
        }
        for (long ms : block.times().ms()) {
            out.putLong(ms);
        }
        out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(block.probabilities());
        return out.array();
    }

    /** A block with its ids. */
    record Read(BlockColumns block, Roster roster) {}

    /**
     * @param rosters a roster by its name
     */
    static Read read(
            byte[] bytes,
            String model,
            long checkpoint,
            Phase phase,
            Function<ByteBuffer, Roster> rosters) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte version = in.get();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "a kept block has version "
                            + version
                            + ", expected "
                            + VERSION
                            + ": another version of Belay counted here; give another --data");
        }
        int flags = in.get();
        int classes = in.getInt();
        int rows = in.getInt();
        long sweepRows = in.getLong();
        Roster roster;
        if ((flags & ROSTER) != 0) {
            byte[] key = new byte[Roster.KEY_BYTES];
            in.get(key);
            roster = rosters.apply(ByteBuffer.wrap(key));
        } else {
            int length = in.getInt();
            int at = in.position();
            roster = new Roster(new BlockColumns.Ids(bytes, at, at + length, rows));
            in.position(at + length);
        }
        long[] ms = new long[(flags & ONE_TIME) != 0 ? 1 : rows];
        for (int i = 0; i < ms.length; i++) {
            ms[i] = in.getLong();
        }
        float[] probabilities = new float[rows * classes];
        in.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(probabilities);
        return new Read(
                new BlockColumns(
                        model,
                        checkpoint,
                        phase,
                        classes,
                        roster.ids(),
                        new BlockColumns.Times(ms, rows),
                        probabilities,
                        sweepRows),
                roster);
    }
}
