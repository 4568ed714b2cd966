package dev.belay.aggregators.counting;

import java.util.Arrays;

/**
 * The predictions of one {@link Predicted} by example number, newest wins.
 *
 * <p>Memory: 20 + 4·K bytes an example number up to the greatest seen, K the number of classes.
 */
final class Column {
    private static final int ABSENT = -1;

    private final int classes;
    private final Predicted.Reading reading;
    private int[] predicted = new int[0];
    private long[] timesMs = new long[0];
    private long[] checkpoints = new long[0];
    private float[] probabilities = new float[0];
    private long rows;
    private long sweepRows;
    private long newest;
    private long newestTimeMs;

    Column(int classes, Predicted.Reading reading) {
        this.classes = classes;
        this.reading = reading;
    }

    /** The class predicted for an example, or -1. */
    int predicted(int example) {
        return example < predicted.length ? predicted[example] : ABSENT;
    }

    /**
     * Whether a prediction would replace what is there: greater event time, ties by greater bytes
     * (probabilities compared in order; for numbers that are not negative this is the order of
     * their big-endian bytes).
     *
     * @param from where the row begins in {@code row}
     */
    boolean wins(int example, long checkpoint, long timeMs, float[] row, int from) {
        if (predicted(example) == ABSENT) {
            return true;
        }
        if (reading == Predicted.Reading.LEARNED && checkpoint != checkpoints[example]) {
            return checkpoint < checkpoints[example];
        }
        if (timeMs != timesMs[example]) {
            return timeMs > timesMs[example];
        }
        int at = example * classes;
        return Arrays.compare(row, from, from + classes, probabilities, at, at + classes) > 0;
    }

    /** Puts a prediction, which must {@link #wins win}. */
    void put(int example, long checkpoint, long timeMs, float[] row, int from) {
        if (example >= predicted.length) {
            grow(Math.max(64, Math.max(example + 1, predicted.length * 3 / 2)));
        }
        if (predicted[example] == ABSENT) {
            rows++;
        }
        predicted[example] = argmax(row, from);
        timesMs[example] = timeMs;
        checkpoints[example] = checkpoint;
        System.arraycopy(row, from, probabilities, example * classes, classes);
        newest = Math.max(newest, checkpoint);
        newestTimeMs = Math.max(newestTimeMs, timeMs);
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
        return new Tally.Coverage(rows, sweepRows, newest);
    }

    long newestTimeMs() {
        return newestTimeMs;
    }

    /** The greatest probability's class; ties to the lowest. */
    private int argmax(float[] row, int from) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
            if (row[from + k] > row[from + best]) {
                best = k;
            }
        }
        return best;
    }

    private void grow(int size) {
        int before = predicted.length;
        predicted = Arrays.copyOf(predicted, size);
        Arrays.fill(predicted, before, size, ABSENT);
        timesMs = Arrays.copyOf(timesMs, size);
        checkpoints = Arrays.copyOf(checkpoints, size);
        probabilities = Arrays.copyOf(probabilities, Math.multiplyExact(size, classes));
    }
}
