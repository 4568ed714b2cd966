package dev.belay.schemas;

import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a {@link dev.belay.schemas.events.PredictionBlock} are in its flat array of
 * probabilities. Tasks of kind classes: each row has K entries. Tasks of kind choice: each row has
 * as many entries as its example has options.
 */
public final class BlockRows {
    public static final int MIN_OPTIONS = 2;
    public static final int MAX_OPTIONS = 256;

    private static final int[] NONE = {};

    private final int classes;
    private final int[] starts; // choice: start of each row, then the end; else empty

    private BlockRows(int classes, int[] starts) {
        this.classes = classes;
        this.starts = starts;
    }

    /**
     * The rows of a block.
     *
     * @param classes K; 0 for choice
     * @param optionCounts options of each row; empty for classes
     */
    public static BlockRows of(int classes, int[] optionCounts) {
        if (optionCounts.length == 0) {
            return new BlockRows(classes, NONE);
        }
        int[] starts = new int[optionCounts.length + 1];
        for (int row = 0; row < optionCounts.length; row++) {
            starts[row + 1] = starts[row] + optionCounts[row];
        }
        return new BlockRows(classes, starts);
    }

    /**
     * Why classes and option counts do not describe a block, or null.
     *
     * @param rows number of the block's ids
     * @param probabilities number of all its probabilities
     */
    public static @Nullable String problem(
            int classes, int[] optionCounts, int rows, int probabilities) {
        if (classes != 0) {
            if (optionCounts.length > 0) {
                return "expected no option counts in a block of %d classes, found %d"
                        .formatted(classes, optionCounts.length);
            }
            return probabilities == (long) rows * classes
                    ? null
                    : "expected %d probabilities (%d rows of %d), found %d"
                            .formatted((long) rows * classes, rows, classes, probabilities);
        }
        if (optionCounts.length != rows) {
            return "expected %d option counts, found %d".formatted(rows, optionCounts.length);
        }
        long sum = 0;
        for (int row = 0; row < rows; row++) {
            String problem = optionsProblem(optionCounts[row]);
            if (problem != null) {
                return "row " + row + ": " + problem;
            }
            sum += optionCounts[row];
        }
        return sum == probabilities
                ? null
                : "expected %d probabilities (%d rows of options), found %d"
                        .formatted(sum, rows, probabilities);
    }

    /** Why a number of options is invalid, or null. */
    public static @Nullable String optionsProblem(int options) {
        return options >= MIN_OPTIONS && options <= MAX_OPTIONS
                ? null
                : "expected %d to %d options, found %d"
                        .formatted(MIN_OPTIONS, MAX_OPTIONS, options);
    }

    /** Whether rows differ in their number of entries: a block of a task of kind choice. */
    public boolean isChoice() {
        return starts.length > 0;
    }

    /** First entry of a row. */
    public int from(int row) {
        return isChoice() ? starts[row] : row * classes;
    }

    /** Number of entries of a row: its distribution is {@code [from, from + size)}. */
    public int size(int row) {
        return isChoice() ? starts[row + 1] - starts[row] : classes;
    }
}
