package dev.belay.cli.platform;

/**
 * The broker or the registry can't be had. The message is for the user: what was found, and the
 * next step.
 */
public final class PlatformException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PlatformException(String message) {
        super(message);
    }

    public PlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
