package dev.belay.models.checkpoint;

/** A checkpoint file that is invalid or not the expected one; it must not be used. */
public final class MalformedCheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedCheckpointException(String message) {
        super(message);
    }

    public MalformedCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
