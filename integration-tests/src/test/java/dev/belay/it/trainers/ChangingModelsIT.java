package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.store.DirectoryStore;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.trainers.checkpoints.CheckpointObserver.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Models that come, change and go while a trainer runs. */
@ExtendWith(Shared.class)
@Timeout(300)
class ChangingModelsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long SECONDS_MS = 5_000;

    /** When each model last committed, milliseconds since the epoch. */
    private final Map<String, Long> lastMs = new ConcurrentHashMap<>();

    @Test
    void modelsAreAddedStoppedAndRunAnewWithoutARestart() throws Exception {
        // Given
        Grid grid = Shared.get().grid();
        ModelSpec stopped = grid.model("bigrams");
        ModelSpec old = grid.model("ceiling");
        ModelSpec added = grid.specs().get(1).get(0);
        ModelSpec anew = nextRun(old);
        try (World world = new World(Shared.get(), "changing");
                LocalTrainer trainer =
                        new LocalTrainer(
                                world, new DirectoryStore(world.store()), this::remember)) {
            awaitNumber(world, stopped, 3);
            // When: a tombstone
            world.stop(stopped.getId());
            long stoppedMs = System.currentTimeMillis();
            // and a new run of another
            awaitNumber(world, old, 3);
            world.add(List.of(anew));
            long changedMs = System.currentTimeMillis();
            // and one more
            world.add(List.of(added));
            // Then
            awaitNumber(world, anew, Grid.checkpoints(anew));
            awaitNumber(world, added, Grid.checkpoints(added));
            requireEnded(world, stopped, stoppedMs);
            requireEnded(world, old, changedMs);
            assertEquals(List.of(), trainer.troubles());
            // and what is left of the old run is one beginning, the undisturbed one
            History history = History.read(world);
            History undisturbed = Shared.get().undisturbed().ofSeeds(1);
            for (ModelSpec spec : List.of(stopped, old)) {
                var found = history.weights(spec);
                assertEquals(undisturbed.weights(spec).subList(0, found.size()), found);
            }
            assertEquals(Grid.checkpoints(anew), history.checkpointsOf(anew).size());
        }
    }

    private void remember(Step step, String model, long number) {
        if (step == Step.COMMITTED) {
            lastMs.put(model, System.currentTimeMillis());
        }
    }

    private static void awaitNumber(World world, ModelSpec spec, long number) {
        Awaitility.await(spec.getId() + "@" + number)
                .atMost(SOON)
                .until(() -> world.number(spec.getId()) >= number);
    }

    private void requireEnded(World world, ModelSpec spec, long toldMs) {
        String model = spec.getId();
        long number = world.number(model);
        assertTrue(
                number < Grid.checkpoints(spec),
                () -> model + " was over before it could be stopped");
        long moreMs = lastMs.getOrDefault(model, 0L) - toldMs;
        assertTrue(
                moreMs < SECONDS_MS,
                () -> model + " went on for " + moreMs + " ms after it was told to stop");
    }

    private static ModelSpec nextRun(ModelSpec spec) {
        Optimizer optimizer =
                Optimizer.newBuilder(spec.getOptimizer())
                        .setLearningRate(spec.getOptimizer().getLearningRate() / 2)
                        .build();
        return ModelSpec.newBuilder(spec)
                .setId(spec.getId().replaceFirst("@1$", "@2"))
                .setRun(2)
                .setOptimizer(optimizer)
                .setSpecHash("f".repeat(64))
                .build();
    }
}
