package com.example.belay;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderProvider;
import dev.belay.models.input.Input;
import dev.belay.plugins.Parameters;
import dev.belay.models.input.Input;
import java.util.List;
import java.util.Locale;

/**
 * Counts of the texts' character trigrams, hashed to 2<sup>12</sup> buckets and scaled to unit
 * length: unlike words they see that {@code climber} and {@code climbing} have something in common.
 */
public final class Trigrams implements EncoderProvider {
    private static final int BUCKETS = 1 << 12;

    @Override
    public String name() {
        return "trigrams";
    }

    @Override
    public int dimensions(Parameters parameters) {
        return BUCKETS;
    }

    @Override
    public Encoder open(Parameters parameters) {
        return new Encoder() {
            @Override
            public String name() {
                return Trigrams.this.name();
            }

            @Override
            public int dimensions() {
                return BUCKETS;
            }

            @Override
            public float[][] encode(List<Input> inputs) {
                return inputs.stream().map(input -> row(input.text())).toArray(float[][]::new);
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
    }

    private static float[] row(String text) {
        float[] row = new float[BUCKETS];
        String padded = " " + text.toLowerCase(Locale.ROOT) + " ";
        double squares = 0;
        for (int i = 0; i + 3 <= padded.length(); i++) {
            // String.hashCode is specified, so it is the same on every JDK
            int hash = padded.substring(i, i + 3).hashCode() * 0x9E3779B1;
            int bucket = hash >>> (Integer.SIZE - 12);
            squares += 2 * row[bucket] + 1; // (c + 1)² - c²
            row[bucket]++;
        }
        for (int k = 0; squares > 0 && k < BUCKETS; k++) row[k] /= (float) Math.sqrt(squares);
        return row;
    }
}
