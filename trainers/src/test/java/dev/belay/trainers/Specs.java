package dev.belay.trainers;

import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.learning.ModelDefaults;
import java.util.List;

/** Specs for tests. */
public final class Specs {
    public static final Loss CROSS_ENTROPY =
            new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L);
    public static final Head LINEAR = new Head(HeadKind.LINEAR, 0);

    private Specs() {}

    public static Loss confidence(double alpha) {
        return new Loss(LossKind.CONFIDENCE, false, alpha, 0.2, 1000L);
    }

    /** With the defaults of its encoder. */
    public static ModelSpec of(
            String encoder, Head head, Loss loss, int classes, long budget, long seed) {
        ModelDefaults d = ModelDefaults.of(encoder, FineTuning.newBuilder().build());
        return ModelSpec.newBuilder()
                .setId("test/model#" + seed + "@1")
                .setExperiment("test")
                .setModel("model")
                .setSeed(seed)
                .setRun(1)
                .setSpecHash("0".repeat(64))
                .setTask("test")
                .setClasses(List.of("a", "b", "c", "d", "e").subList(0, classes))
                .setPartitions(4)
                .setEncoderName(encoder)
                .setHead(head)
                .setSupervisor("truth")
                .setSplit(Split.STUDENT)
                .setBudget(budget)
                .setLabelPolicy(LabelPolicy.FIRST_READY)
                .setMicroEpoch(d.microEpoch())
                .setPasses(d.passes())
                .setReplay(d.replay())
                .setReplayMemory(d.replayMemory())
                .setBatchSize(d.batchSize())
                .setOptimizer(d.optimizer())
                .setZeroInit(d.zeroInit())
                .setLoss(loss)
                .build();
    }
}
