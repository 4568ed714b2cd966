package dev.belay.labelers.prediction;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.schemas.events.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * A format of its own: the file is the probability of class 0, as text, the same for all inputs.
 */
public final class ConstantFormat implements PredictorFormat {
    @Override
    public String name() {
        return "text/x-constant";
    }

    @Override
    public String extension() {
        return "constant";
    }

    @Override
    public Predictor open(byte[] weights, ModelSpec spec, Networks networks) {
        String text = new String(weights, StandardCharsets.UTF_8);
        float p;
        try {
            p = Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw new MalformedCheckpointException("found '" + text + "', expected a number", e);
        }
        return new Predictor() {
            @Override
            public Rows<float[]> predict(List<Input> inputs) {
                return new Rows<>(
                        Collections.nCopies(inputs.size(), new float[] {p, 1 - p}),
                        new TreeMap<>());
            }

            @Override
            public void close() {}
        };
    }
}
