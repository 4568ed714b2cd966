package dev.belay.models.checkpoint;

/** A file of a checkpoint would be larger than the format allows. */
public final class CheckpointTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointTooLargeException(String message) {
        super(message);
    }
}
