package dev.belay.labelers.prediction;

/** A checkpoint that can't predict: its file is missing, altered, or does not fit its spec. */
public final class UnusableCheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnusableCheckpointException(String message) {
        super(message);
    }

    public UnusableCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
