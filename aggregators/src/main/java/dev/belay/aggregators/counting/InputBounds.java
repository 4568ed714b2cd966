package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.PredictionBlocks;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Limits of ids, event times and sweeps, so that no record can block all others: windows near the
 * end of the number range can't be computed, and a record that fits into its topic may be too large
 * for Streams' internal topics. The limits are wide; values outside are invalid.
 */
public final class InputBounds {
    /** Bytes an example's id may have in UTF-8. */
    public static final int MOST_ID_BYTES = 4096;

    /** Bytes a prediction block may have: its rows, and 1 KiB for the other fields. */
    public static final int MOST_BLOCK_BYTES = PredictionBlocks.MAX_BYTES + 1024;

    /** Greatest {@code sweepRows}: comparisons wait for that many rows. */
    public static final long MOST_SWEEP_ROWS = 1_000_000_000;

    private static final long EARLIEST_MS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long LATEST_MS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private InputBounds() {}

    /** Why a value of this size can't be a prediction block, or null. */
    public static @Nullable String blockBytes(int bytes) {
        return bytes <= MOST_BLOCK_BYTES
                ? null
                : "expected at most " + MOST_BLOCK_BYTES + " bytes, found " + bytes;
    }

    /**
     * Why an event time is invalid, or null: years 1 to 9999 are valid. Does not depend on the
     * clock, so that a record read again gets the same verdict.
     */
    public static @Nullable String time(long timeMs) {
        return timeMs >= EARLIEST_MS && timeMs <= LATEST_MS
                ? null
                : "event time " + timeMs + " ms is not in the years 1 to 9999";
    }

    /** Why one of the times is invalid, or null. */
    public static @Nullable String times(BlockColumns.Times times) {
        for (int row = 0; row < times.ms().length; row++) {
            String reason = time(times.ms()[row]);
            if (reason != null) {
                return "row " + row + ": " + reason;
            }
        }
        return null;
    }

    /** Why these bytes are not an id, or null. */
    public static @Nullable String id(byte[] utf8) {
        return id(utf8, 0, utf8.length);
    }

    /** Why one of the ids is invalid, or null. */
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
                return isUtf8(bytes, from, to) ? null : "the id is not UTF-8";
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
