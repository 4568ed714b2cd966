package dev.belay.cli.experiment;

import dev.belay.models.Encoders;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;

/**
 * Settings that are known to work, by encoder. A bag of words is trained so that it meets logistic
 * regression in the stream: many passes, zero initialisation, liblinear's penalty. Sentence
 * embeddings get one pass of AdamW without decay: with replay, a second pass costs PGR.
 *
 * @param passes over each micro-epoch
 * @param zeroInit whether the head starts at zero
 */
record ModelDefaults(int passes, Optimizer optimizer, boolean zeroInit) {
    static final int MICRO_EPOCH = 256;
    static final double REPLAY = 1.0;
    static final int REPLAY_MEMORY = 2_048;
    static final int BATCH_SIZE = 32;
    static final double ALPHA = 0.5;
    static final double WARM_UP = 0.2;
    static final long WARM_UP_EXAMPLES = 1_000;

    static ModelDefaults of(String encoder) {
        return Encoders.isHashing(encoder)
                ? new ModelDefaults(20, new Optimizer(OptimizerKind.ADAM, 0.02, 0.0, 10.0), true)
                : new ModelDefaults(1, new Optimizer(OptimizerKind.ADAMW, 1e-3, 0.0, 0.0), false);
    }
}
