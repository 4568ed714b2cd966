package dev.belay.labelers.prediction;

import dev.belay.models.encoder.FailingTexts.Rows;
import java.util.List;

/** One checkpoint, ready to predict. Belongs to one thread at a time. */
public interface Predictor extends AutoCloseable {
    /** These will be asked about soon: what can be begun for them is. */
    default void expect(List<String> texts) {}

    /**
     * Class distributions of texts, one row a text in the order given, without the texts that
     * cannot be encoded; a row depends on its text only.
     *
     * @throws dev.belay.models.encoder.BrokenEncoderException if the encoder fails whatever the
     *     text is
     */
    Rows<float[]> predict(List<String> texts);

    @Override
    void close();
}
