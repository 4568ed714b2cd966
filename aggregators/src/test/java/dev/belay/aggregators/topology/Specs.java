package dev.belay.aggregators.topology;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Specs and checkpoints for tests: experiment x, task t, classes a and b, seed 0, run 0. */
public final class Specs {
    public static final String TASK = "t";

    private Specs() {}

    public static String id(String model) {
        return "x/" + model + "#0@0";
    }

    /**
     * @param supervisor name of a model, or truth
     */
    public static ModelSpec spec(String model, String supervisor, @Nullable String ceiling) {
        return spec(model, supervisor, ceiling, "minilm", LabelPolicy.FIRST_READY);
    }

    public static ModelSpec spec(
            String model,
            String supervisor,
            @Nullable String ceiling,
            String encoder,
            LabelPolicy policy) {
        return new ModelSpec(
                id(model),
                "x",
                model,
                0L,
                0,
                "hash",
                TASK,
                List.of("a", "b"),
                1,
                encoder,
                new Head(HeadKind.LINEAR, 0),
                supervisor.equals(ModelId.TRUTH) ? ModelId.TRUTH : id(supervisor),
                ceiling == null ? null : id(ceiling),
                Split.STUDENT,
                1.0,
                0L,
                0L,
                policy,
                1,
                256,
                0L,
                1,
                1.0,
                2048,
                32,
                new Optimizer(OptimizerKind.ADAMW, 1e-3, 0.0, 0.0),
                false,
                new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L));
    }

    public static Checkpoint checkpoint(
            String model, long number, State state, long seen, Long... supervisorCheckpoints) {
        return new Checkpoint(
                id(model),
                number,
                state,
                null,
                "file:w",
                "00",
                "file:s",
                "00",
                seen,
                List.of(),
                0,
                List.of(supervisorCheckpoints),
                0.5,
                0.0,
                "hash",
                "test",
                number);
    }
}
