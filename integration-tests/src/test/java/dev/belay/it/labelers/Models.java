package dev.belay.it.labelers;

import dev.belay.models.network.Head;
import dev.belay.models.network.HeadShape;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.List;
import java.util.Map;

/** Specs and checkpoints of models with two classes. */
final class Models {
    private Models() {}

    static ModelSpec spec(String model, String encoder, String supervisor, Split split) {
        return ModelSpec.newBuilder()
                .setId(id(model))
                .setExperiment("exp")
                .setModel(model)
                .setSeed(0)
                .setRun(1)
                .setSpecHash("hash")
                .setTask(TaskOnBroker.TASK)
                .setClasses(List.of("no", "yes"))
                .setPartitions(TaskOnBroker.PARTITIONS)
                .setEncoderName(encoder)
                .setHead(new dev.belay.schemas.events.Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor)
                .setSplit(split)
                .setBudget(100)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0.02)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }

    static String id(String model) {
        return "exp/" + model + "#0@1";
    }

    /** A checkpoint with random weights, in the store. */
    static Checkpoint checkpoint(
            CheckpointStore store, String model, long number, State state, int inputs) {
        try (Head head = Head.uniform(HeadShape.linear(inputs, 2), number, Device.CPU)) {
            var file = store.put(model, number, CheckpointStore.Kind.WEIGHTS, head.write(Map.of()));
            return Checkpoint.newBuilder()
                    .setModel(model)
                    .setNumber(number)
                    .setState(state)
                    .setWeightsUri(file.uri())
                    .setWeightsSha256(file.sha256())
                    .setStateUri("")
                    .setStateSha256("")
                    .setExamplesSeen(number)
                    .setCursor(List.of())
                    .setNextPartition(0)
                    .setSupervisorCheckpoints(List.of())
                    .setLoss(0.5)
                    .setSpecHash("hash")
                    .setSoftwareVersion("test")
                    .setEventTimeMs(1000)
                    .build();
        }
    }
}
