package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The predictions of one {@link Predicted} by example number, newest wins.
 *
 * <p>Memory of an example number up to the greatest seen, K the number of classes: 2 + 4·K bytes
 * for a sweep whose rows all have one event time, as evaluators write them, else 8 more; 18 + 4·K
 * for PROGRESSIVE predictions.
 */
final class Column {
    private static final char ABSENT = Character.MAX_VALUE;

    private final int classes;
    private final Predicted.Reading reading;
    private final int expected;
    private final BitSet revised = new BitSet();
    private char[] says = new char[0];
    private float[] probabilities = new float[0];
    private long[] timesMs = new long[0]; // empty while all rows have onlyTimeMs
    private long onlyTimeMs;
    private long[] checkpoints = new long[0]; // empty for a sweep: all rows are of one
    private long rows;
    private long sweepRows;
    private long newest;
    private long newestTimeMs = Long.MIN_VALUE;

    /**
     * @param expected examples known so far: room for so many is made at once, since a sweep is
     *     nearly always over all of them
     */
    Column(int classes, Predicted.Reading reading, int expected) {
        if (classes > BlockCheck.MAX_CLASSES) {
            throw new IllegalArgumentException(
                    "expected at most " + BlockCheck.MAX_CLASSES + " classes, got " + classes);
        }
        this.classes = classes;
        this.reading = reading;
        this.expected = reading == Predicted.Reading.SWEEP ? expected : 0;
    }

    /** The class predicted for an example, or -1. */
    int says(int example) {
        return has(example) ? says[example] : -1;
    }

    boolean has(int example) {
        return example < says.length && says[example] != ABSENT;
    }

    /** All rows; an example's begins at {@code example · K}. */
    float[] probabilities() {
        return probabilities;
    }

    /** Event time of an example's prediction, which must be there. */
    long timeMs(int example) {
        return timesMs.length == 0 ? onlyTimeMs : timesMs[example];
    }

    /** Whether an example's prediction took the place of another of the same checkpoint. */
    boolean revised(int example) {
        return revised.get(example);
    }

    /**
     * Whether a row of a block would replace what is there: greater event time, ties by greater
     * bytes (probabilities compared in order; for numbers that are not negative this is the order
     * of their big-endian bytes).
     */
    boolean wins(int example, BlockColumns block, int row) {
        if (reading == Predicted.Reading.LEARNED && block.checkpoint() != checkpoints[example]) {
            return block.checkpoint() < checkpoints[example];
        }
        long timeMs = block.timesMs()[row];
        if (timeMs != timeMs(example)) {
            return timeMs > timeMs(example);
        }
        int at = example * classes;
        int from = row * classes;
        return Arrays.compare(
                        block.probabilities(),
                        from,
                        from + classes,
                        probabilities,
                        at,
                        at + classes)
                > 0;
    }

    /** Puts a row, which must {@link #wins win} if the example has one already. */
    void put(int example, BlockColumns block, int row) {
        if (example >= says.length) {
            int least = says.length == 0 ? Math.max(64, expected) : says.length * 3 / 2;
            grow(Math.max(example + 1, least));
        }
        long timeMs = block.timesMs()[row];
        if (rows == 0) {
            onlyTimeMs = timeMs;
        } else if (timesMs.length == 0 && timeMs != onlyTimeMs) {
            timesMs = new long[says.length];
            Arrays.fill(timesMs, onlyTimeMs);
        }
        if (timesMs.length > 0) {
            timesMs[example] = timeMs;
        }
        if (says[example] == ABSENT) {
            rows++;
        } else if (checkpoints.length == 0 || checkpoints[example] == block.checkpoint()) {
            revised.set(example);
        }
        if (checkpoints.length > 0) {
            checkpoints[example] = block.checkpoint();
        }
        float[] p = block.probabilities();
        int from = row * classes;
        int at = example * classes;
        int best = 0; // ties to the lowest class
        probabilities[at] = p[from];
        for (int k = 1; k < classes; k++) {
            probabilities[at + k] = p[from + k];
            if (p[from + k] > p[from + best]) {
                best = k;
            }
        }
        says[example] = (char) best;
        newest = Math.max(newest, block.checkpoint());
        newestTimeMs = Math.max(newestTimeMs, timeMs);
    }

    /** Takes an example's prediction out. */
    void remove(int example) {
        if (has(example)) {
            says[example] = ABSENT;
            revised.clear(example);
            rows--;
        }
    }

    /** A block says how many rows the sweep has; returns whether that is news. */
    boolean sweepOf(long wholeRows) {
        if (wholeRows <= sweepRows || reading != Predicted.Reading.SWEEP) {
            return false;
        }
        sweepRows = wholeRows;
        return true;
    }

    Tally.Coverage coverage() {
        return new Tally.Coverage(reading == Predicted.Reading.SWEEP ? rows : 0, sweepRows, newest);
    }

    long newestTimeMs() {
        return newestTimeMs;
    }

    private void grow(int size) {
        int before = says.length;
        says = Arrays.copyOf(says, size);
        Arrays.fill(says, before, size, ABSENT);
        probabilities = Arrays.copyOf(probabilities, Math.multiplyExact(size, classes));
        if (timesMs.length > 0) {
            timesMs = Arrays.copyOf(timesMs, size);
        }
        if (reading != Predicted.Reading.SWEEP) {
            checkpoints = Arrays.copyOf(checkpoints, size);
        }
    }
}
