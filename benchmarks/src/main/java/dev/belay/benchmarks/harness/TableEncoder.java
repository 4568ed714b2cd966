package dev.belay.benchmarks.harness;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An encoder that costs a look-up: random vectors in memory, by text. What a frozen encoder is once
 * all of its texts are cached.
 */
public final class TableEncoder implements Encoder {
    public static final String NAME = "table";
    public static final int DIMENSIONS = 384;

    private final Map<String, float[]> rows = new HashMap<>();

    /**
     * @param size texts {@code text 0}, {@code text 1} and so on
     */
    public TableEncoder(int size, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            float[] row = new float[DIMENSIONS];
            for (int d = 0; d < DIMENSIONS; d++) row[d] = (float) random.nextGaussian();
            rows.put(text(i), row);
        }
    }

    public static String text(int i) {
        return "text " + i;
    }

    /** Features of the i-th text. */
    public float[] row(int i) {
        return row(text(i));
    }

    public int size() {
        return rows.size();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(input -> row(input.text())).toArray(float[][]::new);
    }

    @Override
    public void close() {}

    private float[] row(String text) {
        float[] row = rows.get(text);
        if (row == null) throw new IllegalArgumentException("no row for '" + text + "'");
        return row;
    }
}
