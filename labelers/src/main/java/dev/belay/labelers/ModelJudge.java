package dev.belay.labelers;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model's predictions of the STUDENT examples, by the checkpoint that may label now. */
final class ModelJudge implements Judge {
    private final ModelSpec spec;
    private final Supplier<Checkpoint> current;
    private final Predictors predictors;
    private @Nullable Predictor open;
    private long openNumber = -1;

    /**
     * @param current the checkpoint that may label now, by the spec's policy
     */
    ModelJudge(ModelSpec spec, Supplier<Checkpoint> current, Predictors predictors) {
        this.spec = spec;
        this.current = current;
        this.predictors = predictors;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        return false;
    }

    @Override
    public Answer answer(int partition, Example example) {
        return example.getSplit() == Split.STUDENT ? Answer.YES : Answer.NEVER;
    }

    @Override
    public void expect(List<Example> examples) {
        if (!examples.isEmpty()) {
            predictor(current.get()).expect(texts(examples));
        }
    }

    @Override
    public Verdict judge(List<Example> examples) {
        if (examples.isEmpty()) {
            return new Verdict(0, List.of());
        }
        Predictor predictor = predictor(current.get());
        return new Verdict(openNumber, predictor.predict(texts(examples)));
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void contribute(Batch batch) {}

    @Override
    public void rewind() {}

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private static List<String> texts(List<Example> examples) {
        return examples.stream().map(Example::getText).toList();
    }

    private Predictor predictor(Checkpoint checkpoint) {
        if (open == null || openNumber != checkpoint.getNumber()) {
            close();
            open = predictors.open(spec, checkpoint);
            openNumber = checkpoint.getNumber();
        }
        return open;
    }
}
