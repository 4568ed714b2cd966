package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;
import java.util.Set;

/**
 * Returns feature vectors unchanged; the network standardises them.
 *
 * @param dimensions features of every input
 */
public record VectorEncoder(int dimensions) implements Encoder {
    public static final String NAME = "vector";

    /** The parameter that is {@link #dimensions}. */
    public static final String LENGTH = "length";

    /** {@code vector}. */
    public static final class Provider implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(
                    Parameter.integer(
                            LENGTH,
                            0,
                            1,
                            Integer.MAX_VALUE,
                            "Features of every input; by default those of the data."));
        }

        @Override
        public int dimensions(Parameters parameters) {
            return (int) parameters.integer(LENGTH);
        }

        @Override
        public Set<Input.Kind> accepts() {
            return Set.of(Input.Kind.VECTOR);
        }

        @Override
        public Encoder open(Parameters parameters) {
            return new VectorEncoder(dimensions(parameters));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.VECTOR);
    }

    @Override
    public boolean standardized() {
        return true;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(this::features).toArray(float[][]::new);
    }

    @Override
    public void probe() {
        // cannot fail
    }

    @Override
    public void close() {
        // no resources
    }

    private float[] features(Input input) {
        if (!(input instanceof Input.Vector vector))
            throw new IllegalArgumentException(
                    "found an input of kind " + input.kind() + ", expected a vector");
        if (vector.features().length != dimensions)
            throw new IllegalArgumentException(
                    "found a vector of %s features, expected %s"
                            .formatted(vector.features().length, dimensions));
        return vector.features();
    }
}
