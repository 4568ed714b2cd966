package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import java.util.List;

/** Features drawn from a text's hash; the first tells the class that the text begins with. */
public final class FakeEncoder implements Encoder {
    private final int dimensions;

    public FakeEncoder(int dimensions) {
        this.dimensions = dimensions;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(input -> row(input.text())).toArray(float[][]::new);
    }

    @Override
    public void close() {}

    private float[] row(String text) {
        var random = new Rng(text.hashCode());
        float[] row = new float[dimensions];
        for (int i = 0; i < dimensions; i++) row[i] = 2 * random.nextFloat() - 1;
        row[text.charAt(0) - '0'] += 2;
        return row;
    }
}
