package dev.belay.cli.fleet;

import dev.belay.cli.export.ExportRow;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one checkpoint predicts of the holdout: the newest prediction of each example, as the
 * aggregators count it (greatest event time, ties by greater bytes).
 */
final class Sweep {
    private final ModelSpec spec;
    private final @Nullable Long wanted;
    private final TreeSet<Long> found = new TreeSet<>();
    private final Map<String, ExportRow> rows = new HashMap<>();

    /**
     * @param wanted the checkpoint; null: the greatest that has predictions
     */
    Sweep(ModelSpec spec, @Nullable Long wanted) {
        this.spec = spec;
        this.wanted = wanted;
    }

    /** Takes the block's rows if they are of this checkpoint. */
    void take(PredictionBlock block) {
        if (block.getPhase() != Phase.HOLDOUT
                || !block.getModel().equals(spec.getId())
                || block.getClasses() != spec.getClasses().size()) {
            return;
        }
        long number = block.getCheckpoint();
        boolean newer = found.isEmpty() || number > found.last();
        found.add(number);
        if (wanted == null && newer) {
            rows.clear();
        }
        if (number == checkpoint()) {
            ExportRow.predictions(spec, block)
                    .forEach(row -> rows.merge(row.id(), row, ExportRow::newer));
        }
    }

    ModelSpec spec() {
        return spec;
    }

    /** Its number; meaningful once something was found or where it is wanted. */
    long checkpoint() {
        return wanted != null ? wanted : found.last();
    }

    /** EXPERIMENT/MODEL#SEED@RUN:NUMBER. */
    String name() {
        return spec.getId() + ":" + checkpoint();
    }

    /** The examples that are predicted; those from which a labeler abstained are not. */
    Set<String> ids() {
        Set<String> predicted = new HashSet<>();
        rows.forEach(
                (id, row) -> {
                    if (row.probabilities().length > 0) {
                        predicted.add(id);
                    }
                });
        return predicted;
    }

    /** Number of classes, or of options, of an example that is predicted. */
    int size(String id) {
        return probabilities(id).length;
    }

    private float[] probabilities(String id) {
        return Objects.requireNonNull(rows.get(id), id).probabilities();
    }

    /** The most probable class or option of an example that is predicted, ties to the lowest. */
    int predicted(String id) {
        float[] p = probabilities(id);
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            if (p[k] > p[best]) {
                best = k;
            }
        }
        return best;
    }

    /**
     * @param topic where predictions were read from
     * @throws IllegalArgumentException if nothing was found, with what there is
     */
    void requireRows(String topic) {
        if (!rows.isEmpty()) {
            return;
        }
        String why =
                "not evaluated yet, not due (evaluate-every), or expired by the topic's retention";
        throw new IllegalArgumentException(
                found.isEmpty()
                        ? "%s has no predictions of the holdout in %s: %s"
                                .formatted(spec.getId(), topic, why)
                        : "%s has no predictions of the holdout in %s: %s; checkpoints that have: %s"
                                .formatted(name(), topic, why, numbers()));
    }

    private String numbers() {
        return found.size() <= 20
                ? String.join(", ", found.stream().map(String::valueOf).toList())
                : "%d of them, %d to %d".formatted(found.size(), found.first(), found.last());
    }
}
