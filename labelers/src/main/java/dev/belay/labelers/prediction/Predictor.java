package dev.belay.labelers.prediction;

import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import java.util.List;

/** One checkpoint, ready to predict. Belongs to one thread at a time. */
public interface Predictor extends AutoCloseable {
    /** These will be asked about soon: what can be begun for them is. */
    default void expect(List<Input> inputs) {}

    /**
     * Class distributions of inputs, one row an input in the order given, without the inputs that
     * cannot be encoded; a row depends on its input only.
     *
     * @throws dev.belay.models.encoder.BrokenEncoderException if the encoder fails whatever the
     *     input is
     */
    Rows<float[]> predict(List<Input> inputs);

    @Override
    void close();
}
