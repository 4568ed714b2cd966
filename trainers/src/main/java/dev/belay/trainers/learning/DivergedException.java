package dev.belay.trainers.learning;

/** Training has failed for good: a loss or gradient is not finite. The learner is spent. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String message) {
        super(message);
    }
}
