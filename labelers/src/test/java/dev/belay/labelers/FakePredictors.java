package dev.belay.labelers;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Predicts from a text's hash and the checkpoint's number. */
final class FakePredictors implements Predictors {
    private final Set<Long> refused = new HashSet<>();
    private boolean storeAnswers = true;
    private int open;

    void refuse(long number) {
        refused.add(number);
    }

    /** Whether files can be read. */
    void store(boolean answers) {
        storeAnswers = answers;
    }

    /** Predictors opened and not closed. */
    int open() {
        return open;
    }

    static float[] prediction(String text, long number) {
        float p = Math.floorMod(text.hashCode() + number, 100) / 100f;
        return new float[] {p, 1 - p};
    }

    @Override
    public Predictor open(ModelSpec spec, Checkpoint checkpoint) {
        long number = checkpoint.getNumber();
        if (refused.contains(number)) {
            throw new UnusableCheckpointException("checkpoint " + number + " is altered");
        }
        if (!storeAnswers) {
            throw new UncheckedIOException(new IOException("the store is gone"));
        }
        open++;
        return new Predictor() {
            @Override
            public List<float[]> predict(List<String> texts) {
                return texts.stream().map(text -> prediction(text, number)).toList();
            }

            @Override
            public void close() {
                open--;
            }
        };
    }
}
