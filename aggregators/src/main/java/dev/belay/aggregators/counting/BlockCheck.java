package dev.belay.aggregators.counting;

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
     * @param classes number of the task's classes; 0 while it is not known
     */
    public static @Nullable String reason(BlockColumns block, int classes) {
        int rows = block.rows();
        int k = block.classes();
        if (rows == 0 || rows > MAX_ROWS) {
            return "expected 1 to " + MAX_ROWS + " rows, found " + rows;
        }
        if (block.times().count() != rows) {
            return rows + " ids but " + block.times().count() + " event times";
        }
        if (k < 2 || k > MAX_CLASSES || (classes > 0 && k != classes)) {
            String expected = classes > 0 ? String.valueOf(classes) : "2 to " + MAX_CLASSES;
            return "expected %s classes, found %d".formatted(expected, k);
        }
        if (block.probabilities().length != (long) rows * k) {
            return "expected %d probabilities (%d rows of %d), found %d"
                    .formatted((long) rows * k, rows, k, block.probabilities().length);
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
        return block.abstained().length > 0
                ? withAbstentions(block, k)
                : distributions(block.probabilities(), k);
    }

    private static @Nullable String withAbstentions(BlockColumns block, int k) {
        int before = -1;
        for (int row : block.abstained()) {
            if (row <= before || row >= block.rows()) {
                return "expected abstained rows that ascend from 0 to %d, found %s"
                        .formatted(block.rows() - 1, Arrays.toString(block.abstained()));
            }
            before = row;
        }
        float[] p = block.probabilities();
        for (int row = 0; row < block.rows(); row++) {
            float[] distribution = Arrays.copyOfRange(p, row * k, (row + 1) * k);
            String reason =
                    !block.abstains(row)
                            ? oneByOne(distribution, k)
                            : Arrays.equals(distribution, new float[k])
                                    ? null
                                    : "an abstention with probabilities";
            if (reason != null) {
                return "row " + row + " of the block: " + reason;
            }
        }
        return null;
    }

    private static @Nullable String distributions(float[] probabilities, int k) {
        return k == 2 && areAllOfTwo(probabilities) ? null : oneByOne(probabilities, k);
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

    private static @Nullable String oneByOne(float[] probabilities, int k) {
        for (int i = 0; i < probabilities.length; i += k) {
            double sum = 0;
            for (int j = 0; j < k; j++) {
                float p = probabilities[i + j];
                // written so that NaN fails too
                if (!(p >= 0 && p <= 1)) {
                    return "row " + i / k + ": probability " + p + " is not in [0, 1]";
                }
                sum += p;
            }
            if (Math.abs(sum - 1) > SUM_TOLERANCE) {
                return "row " + i / k + ": probabilities sum to " + sum + ", expected 1";
            }
        }
        return null;
    }
}
