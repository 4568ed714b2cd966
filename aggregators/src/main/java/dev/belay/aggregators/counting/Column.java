package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.SidePredictions;
import dev.belay.aggregators.statistics.counts.SideSums;
import dev.belay.schemas.BlockColumns;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;

/**
 * The predictions of one {@link ColumnKey} by example number, newest wins.
 *
 * <p>Memory of an example number up to the greatest seen, K the number of classes: 2 + 4·K bytes
 * for a sweep whose rows all have one event time, as evaluators write them, else 8 more; 18 + 4·K
 * for PROGRESSIVE predictions. Of choice, K is the example's number of options, and 20 bytes more.
 */
final class Column {
    static final char ABSENT = Character.MAX_VALUE;

    /** In place of a class: there is a row, and it is an abstention. All classes are smaller. */
    static final char ABSTAINED = ABSENT - 1;

    private static final float[] EMPTY = {};
    private static final int MOST_SUMS = 256; // of 1,024 examples each

    private final int classes;
    private final ColumnKey.Reading reading;
    private final int expected;
    private final BitSet revised = new BitSet();
    private final BitSet labels = new BitSet(); // examples whose prediction is a label
    private char[] predicted = new char[0];
    private float[] probabilities = new float[0]; // kind classes
    private float[][] ragged = new float[0][]; // kind choice: the distribution of each example
    private long[] timesMs = new long[0]; // empty while all rows have onlyTimeMs
    private long onlyTimeMs;
    private long[] checkpoints = new long[0]; // empty for a sweep: all rows are of one
    private int end; // behind the greatest example ever put
    private long rows;
    private long sweepRows;
    private long newest;
    private long newestTimeMs = Long.MIN_VALUE;
    private final IdentityHashMap<int[], SideSums> sums =
            new IdentityHashMap<>(); // by the roster's numbers
    private int sumsTruths; // version of the truths they rest on

    /**
     * @param expected examples known so far: room for so many is made at once, since a sweep is
     *     nearly always over all of them
     */
    Column(int classes, ColumnKey.Reading reading, int expected) {
        if (classes > BlockCheck.MAX_CLASSES) {
            throw new IllegalArgumentException(
                    "expected at most " + BlockCheck.MAX_CLASSES + " classes, got " + classes);
        }
        this.classes = classes;
        this.reading = reading;
        this.expected = reading == ColumnKey.Reading.SWEEP ? expected : 0;
    }

    /** The class predicted for an example; -1 without a prediction. */
    int predicted(int example) {
        return has(example) && predicted[example] != ABSTAINED ? predicted[example] : -1;
    }

    /** Whether there is a row, a prediction or an abstention. */
    boolean has(int example) {
        return example < predicted.length && predicted[example] != ABSENT;
    }

    /** Whether there is no prediction. */
    boolean isEmpty() {
        return rows == 0;
    }

    /** An array that holds an example's distribution, {@link #from} on. */
    float[] probabilities(int example) {
        return isChoice() ? ragged[example] : probabilities;
    }

    /** Where an example's distribution begins in {@link #probabilities}. */
    int from(int example) {
        return isChoice() ? 0 : example * classes;
    }

    /** Number of probabilities of an example that has a row: classes, or its options. */
    int size(int example) {
        return isChoice() ? ragged[example].length : classes;
    }

    private boolean isChoice() {
        return classes == PairTable.CHOICE;
    }

    /** Predicted class by example, or {@link #ABSENT} or {@link #ABSTAINED}. */
    char[] predicted() {
        return predicted;
    }

    /** A view of the predictions, valid until the next put or removal. */
    SidePredictions predictions() {
        return new SidePredictions(predicted, probabilities);
    }

    /**
     * Sums over all examples of an id list, all of which have prediction and truth. Cached, because
     * every sweep of every student is compared with the same supervisor's.
     *
     * @param numbers as the id list keeps them, always the same array
     */
    SideSums sums(int[] numbers, ExampleIndex examples) {
        if (sumsTruths != examples.version() || sums.size() >= MOST_SUMS) {
            sums.clear();
            sumsTruths = examples.version();
        }
        return sums.computeIfAbsent(
                numbers, n -> SideSums.of(classes, n, n.length, examples.newest(), predictions()));
    }

    /** Event time of an example's prediction, which must exist. */
    long timeMs(int example) {
        return timesMs.length == 0 ? onlyTimeMs : timesMs[example];
    }

    /** Whether an example's prediction took the place of another of the same checkpoint. */
    boolean revised(int example) {
        return revised.get(example);
    }

    /**
     * Whether a row of a block would replace the prediction there: by what the {@link
     * ColumnKey.Reading} prefers, then greater event time, ties by greater bytes (probabilities
     * compared in order; for numbers that are not negative this is the order of their big-endian
     * bytes).
     */
    boolean wins(int example, BlockColumns block, int row) {
        if (!isOfSameKind(example, block)) {
            boolean labelled = reading == ColumnKey.Reading.LABELLED;
            return block.labels() != labels.get(example)
                    ? block.labels() == labelled
                    : block.checkpoint() > checkpoints[example] == labelled;
        }
        long timeMs = block.times().at(row);
        if (timeMs != timeMs(example)) {
            return timeMs > timeMs(example);
        }
        int at = from(example);
        int from = block.layout().from(row);
        return Arrays.compare(
                        block.probabilities(),
                        from,
                        from + block.layout().size(row),
                        probabilities(example),
                        at,
                        at + size(example))
                > 0;
    }

    /**
     * Whether a block is of the same checkpoint as an example's prediction, and both are labels or
     * not.
     */
    private boolean isOfSameKind(int example, BlockColumns block) {
        return reading == ColumnKey.Reading.SWEEP
                || (block.checkpoint() == checkpoints[example]
                        && block.labels() == labels.get(example));
    }

    /**
     * Puts the first rows of a block, up to the first whose example has one already.
     *
     * @param consecutive whether each number is the one before plus 1
     * @return how many: fewer than possible, or none, where rows differ in more than what they say
     */
    int putFresh(int[] numbers, boolean consecutive, BlockColumns block) {
        if (reading != ColumnKey.Reading.SWEEP
                || isChoice()
                || !block.times().isOne()
                || timesMs.length > 0
                || block.abstained().length > 0) {
            return 0;
        }
        long timeMs = block.times().at(0);
        if (rows > 0 && timeMs != onlyTimeMs) {
            return 0;
        }
        sums.clear();
        int put =
                consecutive && numbers[0] >= end
                        ? append(numbers, block.probabilities())
                        : putUpToFirstThere(numbers, block.probabilities());
        if (put > 0) {
            onlyTimeMs = timeMs;
            rows += put;
            newest = Math.max(newest, block.checkpoint());
            newestTimeMs = Math.max(newestTimeMs, timeMs);
        }
        return put;
    }

    /** Appends rows after the greatest example. */
    private int append(int[] numbers, float[] p) {
        int from = numbers[0];
        makeRoom(from + numbers.length - 1);
        System.arraycopy(p, 0, probabilities, from * classes, p.length);
        for (int row = 0; row < numbers.length; row++) {
            predicted[from + row] = best(p, row * classes, classes);
        }
        return numbers.length;
    }

    private int putUpToFirstThere(int[] numbers, float[] p) {
        int most = -1;
        for (int number : numbers) {
            most = Math.max(most, number);
        }
        makeRoom(most);
        int row = 0;
        while (row < numbers.length && predicted[numbers[row]] == ABSENT) {
            copy(p, row, numbers[row]);
            row++;
        }
        return row;
    }

    private void copy(float[] p, int row, int example) {
        System.arraycopy(p, row * classes, probabilities, example * classes, classes);
        predicted[example] = best(p, row * classes, classes);
    }

    /** The class or option predicted by a row, ties to the lowest. */
    private static char best(float[] p, int from, int size) {
        if (size == 2) {
            // the bits of numbers that are not negative are in their order: no branch, which would
            // be guessed wrong as often as right
            int bits0 = Float.floatToRawIntBits(p[from]) & Integer.MAX_VALUE;
            int bits1 = Float.floatToRawIntBits(p[from + 1]) & Integer.MAX_VALUE;
            return (char) ((bits0 - bits1) >>> 31);
        }
        int best = 0;
        for (int k = 1; k < size; k++) {
            if (p[from + k] > p[from + best]) {
                best = k;
            }
        }
        return (char) best;
    }

    /** Ensures capacity for an example. */
    private void makeRoom(int example) {
        end = Math.max(end, example + 1);
        if (example >= predicted.length) {
            int least = predicted.length == 0 ? Math.max(64, expected) : predicted.length * 3 / 2;
            grow(Math.max(example + 1, least));
        }
    }

    /** Puts a row, which must {@link #wins win} if the example has one already. */
    void put(int example, BlockColumns block, int row) {
        sums.clear();
        makeRoom(example);
        long timeMs = block.times().at(row);
        if (rows == 0) {
            onlyTimeMs = timeMs;
        } else if (timesMs.length == 0 && timeMs != onlyTimeMs) {
            timesMs = new long[predicted.length];
            Arrays.fill(timesMs, onlyTimeMs);
        }
        if (timesMs.length > 0) {
            timesMs[example] = timeMs;
        }
        if (predicted[example] == ABSENT) {
            rows++;
        } else if (isOfSameKind(example, block)) {
            revised.set(example);
        }
        if (reading != ColumnKey.Reading.SWEEP) {
            checkpoints[example] = block.checkpoint();
            labels.set(example, block.labels());
        }
        if (isChoice()) {
            int from = block.layout().from(row);
            int size = block.layout().size(row);
            ragged[example] = Arrays.copyOfRange(block.probabilities(), from, from + size);
            predicted[example] = best(block.probabilities(), from, size);
        } else {
            copy(block.probabilities(), row, example);
        }
        if (block.abstains(row)) {
            predicted[example] = ABSTAINED;
        }
        newest = Math.max(newest, block.checkpoint());
        newestTimeMs = Math.max(newestTimeMs, timeMs);
    }

    /** Removes an example's prediction. */
    void remove(int example) {
        if (has(example)) {
            sums.clear();
            predicted[example] = ABSENT;
            if (isChoice()) {
                ragged[example] = EMPTY;
            }
            revised.clear(example);
            rows--;
        }
    }

    /** Registers a block's number of rows of the sweep; returns whether it is new. */
    boolean sweepOf(long wholeRows) {
        if (wholeRows <= sweepRows || reading != ColumnKey.Reading.SWEEP) {
            return false;
        }
        sweepRows = wholeRows;
        return true;
    }

    Tally.Coverage coverage() {
        return new Tally.Coverage(reading == ColumnKey.Reading.SWEEP ? rows : 0, sweepRows, newest);
    }

    /** Examples predicted, or abstained from. */
    long rows() {
        return rows;
    }

    long newestTimeMs() {
        return newestTimeMs;
    }

    private void grow(int size) {
        int before = predicted.length;
        predicted = Arrays.copyOf(predicted, size);
        Arrays.fill(predicted, before, size, ABSENT);
        if (isChoice()) {
            ragged = Arrays.copyOf(ragged, size);
        } else {
            probabilities = Arrays.copyOf(probabilities, Math.multiplyExact(size, classes));
        }
        if (timesMs.length > 0) {
            timesMs = Arrays.copyOf(timesMs, size);
        }
        if (reading != ColumnKey.Reading.SWEEP) {
            checkpoints = Arrays.copyOf(checkpoints, size);
        }
    }
}
