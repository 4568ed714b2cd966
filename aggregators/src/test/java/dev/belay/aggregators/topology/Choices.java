package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;

import dev.belay.schemas.BlockRows;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Events of a task of kind choice for tests: weak teaches naive, whose ceiling is top. */
final class Choices {
    private Choices() {}

    static ModelSpec spec(String model, String supervisor, @Nullable String ceiling) {
        return ModelSpec.newBuilder(Specs.spec(model, supervisor, ceiling))
                .setTaskKind("choice")
                .setClasses(List.of())
                .build();
    }

    /** Specs of the models, and a checkpoint 1 of each. */
    static void start(Harness harness) {
        harness.spec(spec("weak", "truth", null));
        harness.spec(spec("naive", "weak", "top"));
        harness.spec(spec("top", "truth", null));
        for (String model : List.of("weak", "naive", "top")) {
            harness.checkpoint(checkpoint(model, 1, State.FINISHED, 512));
        }
    }

    /** A row of a block. */
    record Row(String id, long timeMs, float... probabilities) {
        /** Only probabilities of 0: an abstention. */
        boolean abstains() {
            for (float p : probabilities) {
                if (p != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A block of checkpoint 1; of a supervisor's stream labels. */
    static PredictionBlock block(String model, Phase phase, long sweepRows, List<Row> rows) {
        List<Float> probabilities = new ArrayList<>();
        List<Integer> abstained = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).abstains()) {
                abstained.add(i);
            }
            for (float p : rows.get(i).probabilities()) {
                probabilities.add(p);
            }
        }
        return EventFactory.block(
                Specs.id(model),
                1,
                phase,
                BlockRows.of(0, rows.stream().mapToInt(r -> r.probabilities().length).toArray()),
                rows.stream().map(Row::id).toList(),
                rows.stream().map(Row::timeMs).toList(),
                probabilities,
                sweepRows,
                phase == Phase.PROGRESSIVE && model.equals("weak"),
                abstained,
                0);
    }

    /** A distribution in 64ths, often with ties. */
    static float[] distribution(Random random, int options) {
        float[] p = new float[options];
        for (int parts = 64; parts > 0; parts -= 8) {
            p[random.nextInt(options)] += 8 / 64f;
        }
        return p;
    }
}
