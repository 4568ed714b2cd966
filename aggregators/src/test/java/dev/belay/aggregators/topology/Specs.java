package dev.belay.aggregators.topology;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Specs and checkpoints for tests: experiment x, task t, classes a and b, seed 0, run 0. */
public final class Specs {
    public static final String TASK = "t";

    private Specs() {}

    public static String id(String model) {
        return "x/" + model + "#0@0";
    }

    /**
     * @param supervisor name of a model, or truth
     */
    public static ModelSpec spec(String model, String supervisor, @Nullable String ceiling) {
        return spec(model, supervisor, ceiling, "minilm", LabelPolicy.FIRST_READY);
    }

    public static ModelSpec spec(
            String model,
            String supervisor,
            @Nullable String ceiling,
            String encoder,
            LabelPolicy policy) {
        return ModelSpec.newBuilder()
                .setId(id(model))
                .setExperiment("x")
                .setModel(model)
                .setSeed(0L)
                .setRun(0)
                .setSpecHash("hash")
                .setTask(TASK)
                .setClasses(List.of("a", "b"))
                .setPartitions(1)
                .setEncoderName(encoder)
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor.equals(ModelId.TRUTH) ? ModelId.TRUTH : id(supervisor))
                .setCeiling(ceiling == null ? null : id(ceiling))
                .setSplit(Split.STUDENT)
                .setBudget(0L)
                .setLabelPolicy(policy)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(1e-3)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }

    public static Checkpoint checkpoint(
            String model, long number, State state, long seen, Long... supervisorCheckpoints) {
        return Checkpoint.newBuilder()
                .setModel(id(model))
                .setNumber(number)
                .setState(state)
                .setReason(null)
                .setWeightsUri("file:w")
                .setWeightsSha256("00")
                .setStateUri("file:s")
                .setStateSha256("00")
                .setExamplesSeen(seen)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(List.of(supervisorCheckpoints))
                .setLoss(0.5)
                .setGradientNorm(0.0)
                .setSpecHash("hash")
                .setSoftwareVersion("test")
                .setEventTimeMs(number)
                .build();
    }
}
