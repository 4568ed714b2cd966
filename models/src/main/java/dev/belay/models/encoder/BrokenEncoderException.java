package dev.belay.models.encoder;

import org.jspecify.annotations.Nullable;

/** An encoder that fails for every text. */
public final class BrokenEncoderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenEncoderException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
