package dev.belay.models.encoder;

import dev.belay.models.image.ImageParameters;
import dev.belay.models.image.Preprocessing;
import dev.belay.models.input.Input;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;
import java.util.Set;

/** The pixels of an image as features, in [−1, 1]: channel by channel, row by row. */
public record PixelsEncoder(Preprocessing preprocessing) implements Encoder {
    private static final String NAME = "pixels";

    /** {@code pixels}. */
    public static final class Provider implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(ImageParameters.SIZE, ImageParameters.CHANNELS);
        }

        @Override
        public int dimensions(Parameters parameters) {
            return preprocessing(parameters).floats();
        }

        @Override
        public Set<Input.Kind> accepts() {
            return Set.of(Input.Kind.CONTENT);
        }

        @Override
        public Encoder open(Parameters parameters) {
            return new PixelsEncoder(preprocessing(parameters));
        }

        private static Preprocessing preprocessing(Parameters parameters) {
            return Preprocessing.square(
                    (int) parameters.integer(ImageParameters.SIZE.name()),
                    (int) parameters.integer(ImageParameters.CHANNELS.name()));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int dimensions() {
        return preprocessing.floats();
    }

    @Override
    public Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.CONTENT);
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(preprocessing::apply).toArray(float[][]::new);
    }

    @Override
    public void probe() {
        // cannot fail
    }

    @Override
    public void close() {
        // no resources
    }
}
