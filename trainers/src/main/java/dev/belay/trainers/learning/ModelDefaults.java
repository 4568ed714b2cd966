package dev.belay.trainers.learning;

import dev.belay.models.encoder.Encoders;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;

/**
 * Default training settings by kind of encoder, for keys that the experiment file does not set.
 *
 * @param head the default head
 * @param microEpoch examples of a micro-epoch; 64 to 4,096 work
 * @param passes over the new and replayed examples
 * @param replay replayed examples as a multiple of the new ones
 * @param replayMemory examples kept for replay
 * @param zeroInit head starts at zero rather than at PyTorch's uniform initialisation, with which
 *     dense features collapsed once in 20 runs
 */
public record ModelDefaults(
        Head head,
        int microEpoch,
        int passes,
        double replay,
        int replayMemory,
        int batchSize,
        boolean zeroInit,
        Optimizer optimizer) {

    /** Defaults for models with this encoder and fine-tuning. */
    public static ModelDefaults of(String encoderName, FineTuning fineTuning) {
        var linear = new Head(HeadKind.LINEAR, 0);
        if (fineTuning.getScope() != FineTuningScope.HEAD) {
            boolean scratch = Encoders.isFromScratch(encoderName);
            var adamW =
                    Optimizer.newBuilder()
                            .setKind(OptimizerKind.ADAMW)
                            .setLearningRate(scratch ? 1e-3 : 1e-4)
                            .setHeadLearningRate(1e-3)
                            .setWeightDecay(0.01)
                            .setClipNorm(1.0)
                            .setSchedule(LearningRateSchedule.LINEAR)
                            .setWarmUp(0.1)
                            .build();
            Head head = encoderName.equals("mlp") ? new Head(HeadKind.MLP, 64) : linear;
            return new ModelDefaults(head, 256, scratch ? 4 : 1, 1.0, 2048, 16, false, adamW);
        }
        if (!Encoders.isSimple(encoderName)) {
            var adamW =
                    Optimizer.newBuilder()
                            .setKind(OptimizerKind.ADAMW)
                            .setLearningRate(1e-3)
                            .build();
            return new ModelDefaults(linear, 256, 1, 1.0, 2048, 32, false, adamW);
        }
        // agrees with batch logistic regression with C = 10: on SST-2 .613, .662 and .710 for
        // 200, 500 and 1,500 examples, batch .613, .663 and .712. With replay 1 the last
        // micro-epoch outweighs the first ones: .667 for 1,500.
        var adam =
                Optimizer.newBuilder()
                        .setKind(OptimizerKind.ADAM)
                        .setLearningRate(0.02)
                        .setRidgeC(10.0)
                        .build();
        return new ModelDefaults(linear, 256, 20, 8.0, 2048, 32, true, adam);
    }
}
