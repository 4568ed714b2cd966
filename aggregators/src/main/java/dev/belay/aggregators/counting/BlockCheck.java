package dev.belay.aggregators.counting;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.PredictionBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a block makes sense by itself, and with its model's spec. */
public final class BlockCheck {
    /** Rows a block may have. */
    public static final int MAX_ROWS = 1024;

    private static final double SUM_TOLERANCE = 1e-3;

    private BlockCheck() {}

    /**
     * Why the block is nonsense, or null.
     *
     * @param classes number of the task's classes; 0 while it is not known
     */
    public static @Nullable String reason(PredictionBlock block, int classes) {
        int rows = block.getIds().size();
        int k = block.getClasses();
        if (rows == 0 || rows > MAX_ROWS) {
            return "expected 1 to " + MAX_ROWS + " rows, found " + rows;
        }
        if (block.getEventTimesMs().size() != rows) {
            return rows + " ids but " + block.getEventTimesMs().size() + " event times";
        }
        if (k < 2 || (classes > 0 && k != classes)) {
            return "expected " + (classes > 0 ? classes : "2 or more") + " classes, found " + k;
        }
        if (block.getProbabilities().size() != (long) rows * k) {
            return "expected "
                    + (long) rows * k
                    + " probabilities ("
                    + rows
                    + " rows of "
                    + k
                    + "), found "
                    + block.getProbabilities().size();
        }
        if (block.getCheckpoint() < 0 || block.getSweepRows() < 0) {
            return "negative checkpoint or sweepRows: "
                    + block.getCheckpoint()
                    + ", "
                    + block.getSweepRows();
        }
        try {
            ModelId.parse(block.getModel());
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        return distributions(block.getProbabilities(), k);
    }

    private static @Nullable String distributions(List<Float> probabilities, int k) {
        for (int i = 0; i < probabilities.size(); i += k) {
            double sum = 0;
            for (int j = 0; j < k; j++) {
                float p = probabilities.get(i + j);
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
