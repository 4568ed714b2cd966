package dev.belay.trainers.methods;

import dev.belay.models.loss.Progress;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Selects the new examples of a micro-epoch that are learned from, and their weights: an extension
 * point. A pure function: the same arguments give the same bits, and are not modified.
 */
public interface ExampleSelector extends Plugin {
    /**
     * New examples.
     *
     * @param labels distributions over the classes, (rows, classes); of choices (rows, options of
     *     the row)
     * @param predictions of the model before it learns from them, (rows, classes)
     * @param features of the encoder, (rows, features); only for selectors that use them
     * @param progress before these examples
     * @param votes behind the labels of a supervisor of kind {@code votes}, (rows, sources,
     *     classes), a vote empty where the source has none; no sources of other supervisors
     */
    record Candidates(
            float[][] labels,
            float[][] predictions,
            Supplier<float[][]> features,
            Progress progress,
            float[][][] votes) {
        /** Without votes. */
        public Candidates(
                float[][] labels,
                float[][] predictions,
                Supplier<float[][]> features,
                Progress progress) {
            this(labels, predictions, features, progress, new float[labels.length][0][]);
        }
    }

    /**
     * @param weights of the examples, (rows), in [0, 1]; an example of weight 0 is consumed (it
     *     counts towards the budget and is predicted), but neither learned from nor replayed
     * @param state for the next call
     * @param labels to learn in place of the candidates', of the same shape; null: theirs
     */
    record Selection(float[] weights, double[] state, float @Nullable [][] labels) {
        /** With the candidates' labels. */
        public Selection(float[] weights, double[] state) {
            this(weights, state, null);
        }
    }

    /**
     * Whether it uses the candidates' features. Then the encoder must be frozen: a trained one has
     * no features that stay.
     */
    default boolean usesFeatures() {
        return false;
    }

    /**
     * The most numbers that its state has; part of the size of a checkpoint.
     *
     * @param features of an example
     */
    default long stateSize(int features, Parameters parameters) {
        return 0;
    }

    /**
     * @param state returned by the previous call; empty at the first one
     */
    Selection select(Candidates candidates, double[] state, Parameters parameters);
}
