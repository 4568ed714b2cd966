package dev.belay.models.encoder;

import dev.belay.schemas.events.ModelSpec;
import java.util.Map;

/**
 * An encoder as a spec names it.
 *
 * @param parameters those that differ from their defaults
 * @param sha256 (hex) of encoders from a folder, what its files must be; else empty
 */
public record EncoderRef(String name, Map<String, String> parameters, String sha256) {
    public EncoderRef {
        parameters = Map.copyOf(parameters);
    }

    /** Without parameters and files. */
    public EncoderRef(String name) {
        this(name, Map.of(), "");
    }

    public static EncoderRef of(ModelSpec spec) {
        return new EncoderRef(
                spec.getEncoderName(), spec.getEncoderParameters(), spec.getEncoderSha256());
    }
}
