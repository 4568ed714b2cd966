package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.ModelSpec;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SIGKILL of the trainers of a fleet of two, at random moments (as many as {@code belay.kills}
 * says) and at each step of a micro-epoch.
 */
@ExtendWith(Shared.class)
@Timeout(3_600)
class TrainerFleetIT {
    private static final long SEED = 20261123;
    private static final int KILLS = Integer.getInteger("belay.kills", 5);
    private static final long FAILOVER_MS = 15_000;

    @Test
    void aFleetKilledAtAnyMomentWritesWhatATrainerThatNeverDiedDoes() throws Exception {
        // Given
        Shared.Installation shared = Shared.get();
        long begin = System.nanoTime();
        try (World world = new World(shared, "killed")) {
            int kills;
            long failoverMs;
            try (Fleet fleet = new Fleet(world)) {
                // When
                failoverMs = fleet.failover();
                fleet.kill(KILLS, new Random(SEED));
                fleet.finish();
                kills = fleet.kills();
            }
            long endMs = (System.nanoTime() - begin) / 1_000_000;
            // Then: one history, the undisturbed one, no matter who wrote which part of it
            List<ModelSpec> models = world.models();
            History history = History.read(world);
            history.requireWhole(models);
            history.requireSame(shared.undisturbed().ofSeeds(world.seeds()), models);
            requireNoOrphans(world, history);
            assertTrue(
                    failoverMs < FAILOVER_MS,
                    "failover took " + failoverMs + " ms, expected less than " + FAILOVER_MS);
            System.out.printf(
                    "%d kills in %d s, %d checkpoints of %d models as undisturbed,"
                            + " failover %d ms%n",
                    kills, endMs / 1_000, history.size(), models.size(), failoverMs);
        }
    }

    /** Whoever takes models up removes what was never committed; nothing that was. */
    private static void requireNoOrphans(World world, History history) throws Exception {
        try (TrainerProcess trainer = world.trainer("last", Harm.NONE)) {
            Awaitility.await("no orphans")
                    .atMost(Duration.ofSeconds(60))
                    // a file that goes while the store is walked
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .untilAsserted(
                            () -> {
                                assertTrue(trainer.isAlive(), trainer::lastWords);
                                assertEquals(history.files(), world.files());
                            });
            assertEquals(List.of(), trainer.commits());
        }
        assertEquals(history.size(), History.read(world).size());
    }
}
