package dev.belay.labelers;

import java.util.List;

/** One checkpoint, ready to predict. Belongs to one thread. */
interface Predictor extends AutoCloseable {
    /** These will be asked about soon: what can be begun for them is. */
    default void expect(List<String> texts) {}

    /**
     * Class distributions of texts, one row a text in the order given; a row depends on its text
     * only.
     */
    List<float[]> predict(List<String> texts);

    @Override
    void close();
}
