package dev.belay.labelers.model;

import dev.belay.labelers.labeling.Labeler;
import dev.belay.labelers.prediction.Predictor;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Inputs;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model's predictions of the STUDENT examples, by the checkpoint that may label now. */
final class ModelLabeler implements Labeler {
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
    public Answer answer(int partition, Example example, long timeMs) {
        return example.getSplit() == Split.STUDENT ? Answer.YES : Answer.NEVER;
    }

    @Override
    public void expect(List<Example> examples) {
        if (!examples.isEmpty()) {
            predictor().expect(Inputs.of(examples));
        }
    }

    @Override
    public Verdict judge(List<Example> examples) {
        if (examples.isEmpty()) {
            return new Verdict(0, new Rows<>(List.of(), new TreeMap<>()));
        }
        Predictor predictor = predictor();
        return new Verdict(openNumber, predictor.predict(Inputs.of(examples)));
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void contribute(TransactionBatch batch) {}

    @Override
    public void rewind() {}

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
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
