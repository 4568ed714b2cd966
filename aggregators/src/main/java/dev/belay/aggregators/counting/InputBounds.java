package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.PredictionBlocks;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What ids, event times and sweeps may be, so that no record can hold up all others: windows of one
 * at the end of all numbers can't be computed, one too large would fit into its topic and not into
 * those that Streams copies it to. The bounds are wide; what is outside of them is broken.
 */
public final class InputBounds {
    /** Bytes an example's id may have in UTF-8. */
    public static final int MOST_ID_BYTES = 4096;

    /** Bytes a prediction block may have: its rows and, in the rest, what it has besides. */
    public static final int MOST_BLOCK_BYTES = PredictionBlocks.MAX_BYTES + 1024;

    /** Rows a sweep may say it has: what is compared with it waits until they are there. */
    public static final long MOST_SWEEP_ROWS = 1_000_000_000;

    private static final long EARLIEST_MS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long LATEST_MS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private InputBounds() {}

    /** Why a value of so many bytes is no prediction block, or null. */
    public static @Nullable String blockBytes(int bytes) {
        return bytes <= MOST_BLOCK_BYTES
                ? null
                : "expected at most " + MOST_BLOCK_BYTES + " bytes, found " + bytes;
    }

    /**
     * Why a time makes no sense, or null: from the year 1 to 9999. Not by the clock: the same
     * record read again must be judged the same.
     */
    public static @Nullable String time(long timeMs) {
        return timeMs >= EARLIEST_MS && timeMs <= LATEST_MS
                ? null
                : "event time " + timeMs + " ms is not in the years 1 to 9999";
    }

    /** Why one of the times makes no sense, or null. */
    public static @Nullable String times(BlockColumns.Times times) {
        for (int row = 0; row < times.ms().length; row++) {
            String reason = time(times.ms()[row]);
            if (reason != null) {
                return "row " + row + ": " + reason;
            }
        }
        return null;
    }

    /** Why some bytes are no id, or null. */
    public static @Nullable String id(byte[] utf8) {
        return id(utf8, 0, utf8.length);
    }

    /** Why one of the ids is none, or null. */
    public static @Nullable String ids(BlockColumns.Ids ids) {
        String[] reason = new String[1];
        ids.forEach(
                (row, bytes, from, to) -> {
                    String of = reason[0] == null ? id(bytes, from, to) : null;
                    reason[0] = of == null ? reason[0] : "row " + row + ": " + of;
                });
        return reason[0];
    }

    private static @Nullable String id(byte[] bytes, int from, int to) {
        if (to - from > MOST_ID_BYTES) {
            return "expected an id of at most " + MOST_ID_BYTES + " bytes, found " + (to - from);
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0) { // ids are mostly ASCII
                return isUtf8(bytes, from, to) ? null : "the id is no UTF-8";
            }
        }
        return null;
    }

    private static boolean isUtf8(byte[] bytes, int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
