package dev.belay.trainers.learning;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.loss.LossFunction;
import dev.belay.plugins.Configured;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.methods.Methods;
import java.nio.file.Path;

/**
 * How large the training state of a model becomes, as far as its spec says; it is the larger one of
 * a checkpoint's two files. The inputs of remembered examples come on top: a learner that meets
 * them refuses to write what does not fit.
 */
public final class StateSize {
    private StateSize() {}

    /**
     * Of a model whose encoder is one of those that {@link dev.belay.models.encoder.Encoders}
     * knows.
     *
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws CheckpointTooLargeException if no checkpoint can hold it
     */
    public static void requireFits(ModelSpec spec, Path encodersDir) {
        requireFits(spec, SpecDesigns.of(spec).learning(encodersDir));
    }

    /**
     * @param learning weights that learn
     */
    static void requireFits(ModelSpec spec, long learning) {
        long moments = 2L * Float.BYTES * learning;
        long examples = spec.getReplayMemory();
        if (spec.getBudget() > 0) {
            examples = Math.min(examples, spec.getBudget());
        }
        int classes = spec.getClasses().size();
        Configured<LossFunction> loss = Methods.loss(spec);
        examples += loss.plugin().window(classes, loss.parameters());
        // a row: the label's probabilities, and where its id and its input end
        long remembered = examples * ((long) Float.BYTES * classes + 2 * Long.BYTES);
        SafeTensors.requireFits(
                "the training state of "
                        + spec.getId()
                        + " ("
                        + moments
                        + " bytes for Adam's moments of the "
                        + learning
                        + " weights that learn, "
                        + remembered
                        + " for "
                        + examples
                        + " examples remembered with "
                        + classes
                        + " classes, without their inputs)",
                moments + remembered);
    }
}
