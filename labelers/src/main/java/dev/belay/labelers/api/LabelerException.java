package dev.belay.labelers.api;

/**
 * A labeler cannot answer: its kind is not installed, its parameters are wrong, it failed, or its
 * answer is no label. Says nothing about the examples, so they wait.
 */
public final class LabelerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabelerException(String message) {
        super(message);
    }

    public LabelerException(String message, Throwable cause) {
        super(message, cause);
    }
}
