package dev.belay.schemas;

import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.VersionStart;

/** What labelers that are not trained models have in common with models. */
public final class LabelerSpecs {
    /** Method of a labeler whose labels are written by another program. */
    public static final String EXTERNAL = "external";

    /** Method of a labeler that replaces labels of another one. */
    public static final String NOISE = "noise";

    /** Encoder of what predicts but is not trained by Belay. */
    public static final String NO_ENCODER = "none";

    private LabelerSpecs() {}

    /** Whether another program writes the labels. */
    public static boolean isExternal(LabelerSpec spec) {
        return spec.getMethod().getName().equals(EXTERNAL);
    }

    /**
     * Whether another program trains and runs the model: it writes predictions, and no checkpoints
     * that Belay reads.
     */
    public static boolean isExternal(ModelSpec spec) {
        return spec.getExternal() || spec.getEncoderName().equals(NO_ENCODER);
    }

    /** The key of an event about where a version begins: labeler|partition|version. */
    public static String key(VersionStart start) {
        return start.getLabeler() + "|" + start.getPartition() + "|" + start.getVersion();
    }

    /**
     * A labeler as a model that nobody trains, for readers that treat both alike: the same id, run,
     * hash, task, classes and partitions, encoder {@link #NO_ENCODER}, no ceiling, and {@code
     * LATEST} as policy, because a student's labels name the versions that it learned from.
     *
     * @throws IllegalArgumentException when its id is not of the form experiment/name#seed@run
     */
    public static ModelSpec asModel(LabelerSpec spec) {
        ModelId id = ModelId.parse(spec.getId());
        return ModelSpec.newBuilder()
                .setId(spec.getId())
                .setExperiment(id.experiment())
                .setModel(id.model())
                .setSeed(id.seed())
                .setRun(id.run())
                .setSpecHash(spec.getSpecHash())
                .setTask(spec.getTask())
                .setClasses(spec.getClasses())
                .setTaskKind(
                        (spec.getClasses().isEmpty() ? TaskKind.CHOICE : TaskKind.CLASSES)
                                .toString())
                .setPartitions(spec.getPartitions())
                .setEncoderName(NO_ENCODER)
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(ModelId.TRUTH)
                .setSplit(Split.STUDENT)
                .setBudget(0)
                .setLabelPolicy(LabelPolicy.LATEST)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0)
                                .build())
                .setLoss(Loss.newBuilder().setKind(LossKind.CROSS_ENTROPY).build())
                .build();
    }
}
