package dev.belay.trainers;

import dev.belay.models.Encoders;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;

/**
 * Training settings that are known to work, by kind of encoder; what a spec doesn't say is filled
 * in from here.
 *
 * @param microEpoch examples of a micro-epoch; 64 to 4,096 all do
 * @param passes over the new and replayed examples
 * @param replay replayed examples as a multiple of the new ones
 * @param replayMemory examples kept for replay
 * @param zeroInit head starts at zero rather than at PyTorch's uniform initialisation, with which
 *     dense features collapsed once in 20 runs
 */
public record ModelDefaults(
        int microEpoch,
        int passes,
        double replay,
        int replayMemory,
        int batchSize,
        boolean zeroInit,
        Optimizer optimizer) {

    /** Settings for heads on this encoder. */
    public static ModelDefaults of(String encoderName) {
        if (!Encoders.isHashing(encoderName)) {
            var adamW = new Optimizer(OptimizerKind.ADAMW, 1e-3, 0.0, 0.0);
            return new ModelDefaults(256, 1, 1.0, 2048, 32, false, adamW);
        }
        // with these the stream meets batch logistic regression with C = 10
        var adam = new Optimizer(OptimizerKind.ADAM, 0.02, 0.0, 10.0);
        return new ModelDefaults(256, 20, 1.0, 2048, 32, true, adam);
    }
}
