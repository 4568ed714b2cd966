package dev.belay.labelers;

import dev.belay.labelers.prediction.Predictor;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.labelers.prediction.UnusableCheckpointException;
import dev.belay.models.encoder.FailingTexts;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Predicts from a text's hash and the checkpoint's number. */
public final class FakePredictors implements Predictors {
    private final Set<Long> refused = new HashSet<>();
    private final Set<String> poison = new HashSet<>();
    private boolean storeAnswers = true;
    private boolean broken;
    private String brokenTask = "";
    private int open;

    public void refuse(long number) {
        refused.add(number);
    }

    /** A text that the encoder fails on. */
    public void poison(String text) {
        poison.add(text);
    }

    /** Whether the encoder fails on every text. */
    public void broken(boolean fails) {
        broken = fails;
    }

    /** The task whose checkpoints can't be opened, for no expected reason. */
    public void brokenTask(String task) {
        brokenTask = task;
    }

    /** Whether files can be read. */
    public void store(boolean answers) {
        storeAnswers = answers;
    }

    /** Predictors opened and not closed. */
    public int open() {
        return open;
    }

    public static float[] prediction(String text, long number) {
        float p = Math.floorMod(text.hashCode() + number, 100) / 100f;
        return new float[] {p, 1 - p};
    }

    private float[] encoded(String text, long number) {
        if (broken || poison.contains(text)) {
            throw new IllegalStateException("cannot encode '" + text + "'");
        }
        return prediction(text, number);
    }

    @Override
    public Predictor open(ModelSpec spec, Checkpoint checkpoint) {
        long number = checkpoint.getNumber();
        if (refused.contains(number)) {
            throw new UnusableCheckpointException("checkpoint " + number + " is altered");
        }
        if (spec.getTask().equals(brokenTask)) {
            throw new IllegalStateException("a defect of a plug-in");
        }
        if (!storeAnswers) {
            throw new UncheckedIOException(new IOException("the store is gone"));
        }
        open++;
        return new Predictor() {
            @Override
            public Rows<float[]> predict(List<Input> inputs) {
                return FailingTexts.compute(
                        inputs,
                        some -> some.stream().map(input -> encoded(input.text(), number)).toList(),
                        () -> encoded("probe", number));
            }

            @Override
            public void close() {
                open--;
            }
        };
    }
}
