package dev.belay.labelers.model;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.prediction.Predictor;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model's predictions of the STUDENT examples, by the checkpoint that may label now. */
final class ModelLabeler implements ExampleLabeler {
    private final ModelSpec spec;
    private final Supplier<Checkpoint> current;
    private final Predictors predictors;
    private @Nullable Checkpoint labelling;
    private @Nullable Predictor open;
    private long openNumber = -1;

    /**
     * @param current the checkpoint that may label now, by the spec's policy
     */
    ModelLabeler(ModelSpec spec, Supplier<Checkpoint> current, Predictors predictors) {
        this.spec = spec;
        this.current = current;
        this.predictors = predictors;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        labelling = current.get();
        return false;
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        return input.example().getSplit() == Split.STUDENT ? Answer.YES : Answer.NEVER;
    }

    @Override
    public boolean looksAhead() {
        return true;
    }

    @Override
    public void expect(List<LabelerInput> inputs) {
        if (!inputs.isEmpty()) {
            predictor().expect(inputs(inputs));
        }
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        if (inputs.isEmpty()) {
            return new Rows<>(List.of(), new TreeMap<>());
        }
        Rows<float[]> predicted = predictor().predict(inputs(inputs));
        return new Rows<>(
                predicted.rows().stream().map(row -> new GivenLabel(openNumber, row)).toList(),
                predicted.rejected());
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private static List<Input> inputs(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> Inputs.of(input.example())).toList();
    }

    private Predictor predictor() {
        Checkpoint checkpoint = Objects.requireNonNull(labelling, "follow() comes first");
        if (open == null || openNumber != checkpoint.getNumber()) {
            close();
            open = predictors.open(spec, checkpoint);
            openNumber = checkpoint.getNumber();
        }
        return open;
    }
}
