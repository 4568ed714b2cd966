package dev.belay.cli.experiment;

/** Defaults of the losses: the paper's weight, and a warm-up known to work. */
final class LossDefaults {
    static final double ALPHA = 0.5;
    static final double WARM_UP = 0.2;
    static final long WARM_UP_EXAMPLES = 1_000;

    private LossDefaults() {}
}
