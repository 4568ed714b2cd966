package dev.belay.schemas;

import org.jspecify.annotations.Nullable;

/** Bytes or pixels that are no image that Belay reads. */
public final class InvalidImageException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String found;
    private final String expected;

    InvalidImageException(String found, String expected, @Nullable Throwable cause) {
        super("found " + found + ", expected " + expected, cause);
        this.found = found;
        this.expected = expected;
    }

    public String found() {
        return found;
    }

    public String expected() {
        return expected;
    }
}
