package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.models.text.Words;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Length only: log(1 + characters) and log(1 + words) of a text; of parts, of the last one, so of a
 * choice the option's. The baseline of preferences, which often are for the longer answer, and a
 * weak supervisor. Characters are code points; words are those of {@link HashingEncoder}.
 */
public final class LengthEncoder implements Encoder {
    public static final String NAME = "length";

    private static final int FEATURES = 2;

    /** {@code length}. */
    public static final class Provider implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public int dimensions(Parameters parameters) {
            return FEATURES;
        }

        @Override
        public Encoder open(Parameters parameters) {
            return new LengthEncoder();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int dimensions() {
        return FEATURES;
    }

    /** Its features are large and differ little. */
    @Override
    public boolean standardized() {
        return true;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(LengthEncoder::features).toArray(float[][]::new);
    }

    @Override
    public void close() {
        // no resources
    }

    private static float[] features(Input input) {
        String text =
                input instanceof Input.Parts parts
                        ? parts.parts().get(parts.parts().size() - 1).text()
                        : input.text();
        return new float[] {
            (float) StrictMath.log1p(text.codePointCount(0, text.length())),
            (float) StrictMath.log1p(Words.of(text).size())
        };
    }
}
