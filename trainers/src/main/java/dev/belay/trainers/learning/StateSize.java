package dev.belay.trainers.learning;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.loss.LossFunction;
import dev.belay.models.network.NetworkDesign;
import dev.belay.plugins.Configured;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.methods.Methods;
import java.nio.file.Path;

/**
 * Size of a model's training state, the larger one of a checkpoint's two files, as far as the spec
 * determines it. Inputs of replay examples are added when the state is written, which fails if it
 * does not fit.
 */
public final class StateSize {
    private StateSize() {}

    /**
     * Checks a model whose encoder {@link dev.belay.models.encoder.Encoders} knows.
     *
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws CheckpointTooLargeException if no checkpoint can hold it
     */
    public static void requireFits(ModelSpec spec, Path encodersDir) {
        NetworkDesign design = SpecDesigns.of(spec);
        requireFits(spec, design.learning(encodersDir), design.width(encodersDir));
    }

    /**
     * @param learning number of trained weights
     * @param features of an example
     */
    static void requireFits(ModelSpec spec, long learning, int features) {
        long moments = 2L * Float.BYTES * learning;
        long examples = spec.getReplayMemory();
        if (spec.getBudget() > 0) {
            examples = Math.min(examples, spec.getBudget());
        }
        int classes = spec.getClasses().size();
        Configured<LossFunction> loss = Methods.loss(spec);
        examples += loss.plugin().window(classes, loss.parameters());
        // a row: the label's probabilities, of a choice at least two, and the ends of its id and
        // its input
        int entries = Math.max(classes, TaskKind.MIN_OPTIONS);
        long remembered = examples * ((long) Float.BYTES * entries + 2 * Long.BYTES);
        long methods = Double.BYTES * Methods.stateSize(spec, features);
        SafeTensors.requireFits(
                "the training state of "
                        + spec.getId()
                        + " ("
                        + moments
                        + " bytes for Adam's moments of the "
                        + learning
                        + " trained weights, "
                        + remembered
                        + " for "
                        + examples
                        + " examples remembered with "
                        + classes
                        + " classes, without their inputs"
                        + (methods == 0 ? "" : ", " + methods + " for the state of its methods")
                        + ")",
                moments + remembered + methods);
    }
}
