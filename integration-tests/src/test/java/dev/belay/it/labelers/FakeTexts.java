package dev.belay.it.labelers;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.input.Input;
import java.util.List;
import java.util.function.Consumer;

/** An encoder of eight features from a text's hash, which does something to each text first. */
record FakeTexts(String name, Consumer<String> before) implements Encoder {
    static final int DIMENSIONS = 8;

    /** One that fails on texts that contain one of these words. */
    static FakeTexts failingOn(String name, List<String> words) {
        return new FakeTexts(
                name,
                text -> {
                    if (words.stream().anyMatch(text::contains)) {
                        throw new IllegalStateException("no tokens for '" + text + "'");
                    }
                });
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        List<String> texts = inputs.stream().map(Input::text).toList();
        texts.forEach(before);
        float[][] rows = new float[texts.size()][DIMENSIONS];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < DIMENSIONS; k++) {
                rows[i][k] = Math.floorMod(texts.get(i).hashCode() >> k, 7) / 3f - 1;
            }
        }
        return rows;
    }

    @Override
    public void close() {}
}
