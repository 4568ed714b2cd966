package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.ModelId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Validates a block by itself and against its model's spec. */
public final class BlockCheck {
    /** Rows a block may have. */
    public static final int MAX_ROWS = 1024;

    /** Classes a task may have. */
    public static final int MAX_CLASSES = 65_534;

    private static final double SUM_TOLERANCE = 1e-3;

    private BlockCheck() {}

    /**
     * Why the block is invalid, or null.
     *
     * @param classes number of the task's classes, or {@link PairTable#CHOICE}; 0 while it is not
     *     known
     */
    public static @Nullable String reason(BlockColumns block, int classes) {
        int rows = block.rows();
        if (rows == 0 || rows > MAX_ROWS) {
            return "expected 1 to " + MAX_ROWS + " rows, found " + rows;
        }
        if (block.times().count() != rows) {
            return rows + " ids but " + block.times().count() + " event times";
        }
        String layout = layout(block, classes);
        if (layout != null) {
            return layout;
        }
        if (block.checkpoint() < 0 || block.sweepRows() < 0) {
            return "negative checkpoint or sweepRows: %d, %d"
                    .formatted(block.checkpoint(), block.sweepRows());
        }
        if (block.sweepRows() > InputBounds.MOST_SWEEP_ROWS) {
            return "expected sweepRows of at most %d, found %d"
                    .formatted(InputBounds.MOST_SWEEP_ROWS, block.sweepRows());
        }
        try {
            ModelId.parse(block.model());
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        String abstained = abstained(block);
        return abstained == null ? rows(block) : abstained;
    }

    private static @Nullable String layout(BlockColumns block, int classes) {
        int k = block.classes();
        if (classes == PairTable.CHOICE && k != 0) {
            return "expected options, the task being of kind choice, found " + k + " classes";
        }
        boolean choice = k == 0 && (classes == 0 || classes == PairTable.CHOICE);
        if (!choice && (k < 2 || k > MAX_CLASSES || (classes > 0 && k != classes))) {
            String expected = classes > 0 ? String.valueOf(classes) : "2 to " + MAX_CLASSES;
            return "expected %s classes, found %d".formatted(expected, k);
        }
        return block.layout().problem(block.rows(), block.probabilities().length);
    }

    private static @Nullable String abstained(BlockColumns block) {
        int before = -1;
        for (int row : block.abstained()) {
            if (row <= before || row >= block.rows()) {
                return "expected abstained rows that ascend from 0 to %d, found %s"
                        .formatted(block.rows() - 1, Arrays.toString(block.abstained()));
            }
            before = row;
        }
        return null;
    }

    private static @Nullable String rows(BlockColumns block) {
        if (block.classes() == 2
                && block.abstained().length == 0
                && areAllOfTwo(block.probabilities())) {
            return null;
        }
        for (int row = 0; row < block.rows(); row++) {
            String reason =
                    !block.abstains(row)
                            ? distribution(block, row)
                            : block.isZero(row) ? null : "an abstention with probabilities";
            if (reason != null) {
                return "row " + row + ": " + reason;
            }
        }
        return null;
    }

    /** A loop in a loop would cost more than what is in it. */
    private static boolean areAllOfTwo(float[] probabilities) {
        for (int i = 0; i < probabilities.length; i += 2) {
            float p = probabilities[i];
            float q = probabilities[i + 1];
            if (!(p >= 0 && p <= 1 && q >= 0 && q <= 1)
                    || Math.abs((double) p + q - 1) > SUM_TOLERANCE) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String distribution(BlockColumns block, int row) {
        float[] probabilities = block.probabilities();
        int from = block.layout().from(row);
        double sum = 0;
        for (int i = from; i < from + block.layout().size(row); i++) {
            float p = probabilities[i];
            // written so that NaN fails too
            if (!(p >= 0 && p <= 1)) {
                return "probability " + p + " is not in [0, 1]";
            }
            sum += p;
        }
        return Math.abs(sum - 1) > SUM_TOLERANCE
                ? "probabilities sum to " + sum + ", expected 1"
                : null;
    }
}
