package dev.belay.schemas;

import dev.belay.schemas.events.PredictionBlock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a {@link PredictionBlock} are in its flat array of probabilities. Tasks of kind
 * classes: each row has K entries. Tasks of kind choice: each row has as many entries as its
 * example has options.
 */
public final class BlockRows {
    private static final int[] NONE = {};

    private final int classes;
    private final int[] optionCounts;
    private final int[] starts; // choice: of each row, then the end of the last

    private BlockRows(int classes, int[] optionCounts) {
        this.classes = classes;
        this.optionCounts = optionCounts;
        this.starts = optionCounts.length == 0 ? NONE : new int[optionCounts.length + 1];
        for (int row = 0; row < optionCounts.length; row++) {
            starts[row + 1] = starts[row] + optionCounts[row];
        }
    }

    /** Rows of K entries each. */
    public static BlockRows ofClasses(int classes) {
        return new BlockRows(classes, NONE);
    }

    /**
     * Rows as a block describes them; {@link #problem} must be checked first where the block is
     * another writer's.
     *
     * @param classes K; 0 for choice
     * @param optionCounts options of each row, not copied; empty for classes
     */
    public static BlockRows of(int classes, int[] optionCounts) {
        return new BlockRows(classes, optionCounts);
    }

    /** The rows of a block, as {@link #of(int, int[])}. */
    public static BlockRows of(PredictionBlock block) {
        return of(
                block.getClasses(),
                block.getOptionCounts().stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Why these are not the rows of a block, or null.
     *
     * @param rows number of the block's ids
     * @param probabilities number of all its probabilities
     */
    public @Nullable String problem(int rows, int probabilities) {
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
            int options = optionCounts[row];
            if (options < TaskKind.MIN_OPTIONS || options > TaskKind.MAX_OPTIONS) {
                return "row %d: expected %d to %d options, found %d"
                        .formatted(row, TaskKind.MIN_OPTIONS, TaskKind.MAX_OPTIONS, options);
            }
            sum += options;
        }
        return sum == probabilities
                ? null
                : "expected %d probabilities (options of %d rows), found %d"
                        .formatted(sum, rows, probabilities);
    }

    /** Whether they are of a task of kind choice. */
    public boolean isChoice() {
        return classes == 0;
    }

    /** K; 0 for choice. */
    public int classes() {
        return classes;
    }

    /** Options of each row, not to be written to; empty for classes. */
    public int[] optionCounts() {
        return optionCounts;
    }

    /** Some of the rows, in this order. */
    public BlockRows select(int[] rows) {
        return isChoice()
                ? new BlockRows(0, Arrays.stream(rows).map(row -> optionCounts[row]).toArray())
                : this;
    }

    /** First entry of a row. */
    public int from(int row) {
        return isChoice() ? starts[row] : row * classes;
    }

    /** Number of entries of a row: its distribution is {@code [from, from + size)}. */
    public int size(int row) {
        return isChoice() ? optionCounts[row] : classes;
    }
}
