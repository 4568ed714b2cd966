package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SIGSTOP of a trainer for longer than its session and its transaction last, then SIGCONT. */
@LongTest
@ExtendWith(Shared.class)
@Timeout(600)
class ZombieTrainerIT {
    /** More than the transaction timeout (10 s) and the session timeout (6 s). */
    private static final Duration ASLEEP = Duration.ofSeconds(11);

    private static final Pattern IN_TRANSACTION =
            Pattern.compile("^HARM STOP:BEGUN:6 at (\\S+) (\\d+)$");
    private static final Pattern FENCED =
            Pattern.compile("(is resumed in|was not committed:) .*(Fenced|InvalidProducerEpoch)");

    @Test
    void aTrainerThatSleptPastItsSessionIsFencedAndWritesNoSecondHistory() throws Exception {
        // Given: one that stops in the middle of a transaction
        Shared.Installation shared = Shared.get();
        try (World world = new World(shared, "zombie");
                TrainerProcess a =
                        world.trainer("a", new Harm(Harm.Signal.STOP, Harm.Point.BEGUN, 6));
                TrainerProcess b = world.trainer("b", Harm.NONE)) {
            String model = awaitAsleepInTransactionOf(world, a);
            awaitTakenOver(world, Set.of(model), b, a);
            // When
            a.goOn();
            // Then
            awaitBusy(world, "it detects that it was fenced", () -> a.hasLine(FENCED));
            // When: the other one, wherever it stands; its models are the first one's again
            Set<String> of = new HashSet<>();
            awaitBusy(world, "the other one at work", () -> !unfinished(world, b, of).isEmpty());
            b.stop();
            awaitTakenOver(world, of, a, b);
            b.goOn();
            // Then: both live; and it does its share when it is needed
            int before = b.commits().size();
            assertTrue(a.isAlive(), a::lastWords);
            a.kill();
            awaitBusy(world, "it works again", () -> b.commits().size() > before);
            List<ModelSpec> models = world.models();
            world.awaitOver(models, List.of(b));
            // and there is one history, the undisturbed one, with all its files
            History history = History.read(world);
            history.requireWhole(models);
            history.requireSame(shared.undisturbed().ofSeeds(world.seeds()), models);
            Set<String> missing = new TreeSet<>(history.files());
            missing.removeAll(world.files());
            assertTrue(missing.isEmpty(), () -> "files are missing: " + missing);
        }
    }

    private static String awaitAsleepInTransactionOf(World world, TrainerProcess trainer) {
        String[] model = {""};
        awaitBusy(
                world,
                "asleep in a transaction",
                () -> {
                    for (String line : trainer.output()) {
                        var found = IN_TRANSACTION.matcher(line);
                        if (found.find()) {
                            model[0] = found.group(1);
                            return true;
                        }
                    }
                    assertTrue(trainer.isAlive(), trainer::lastWords);
                    return false;
                });
        return model[0];
    }

    /** Waits until all timeouts are over and {@code by} has gone on with one of the models. */
    private static void awaitTakenOver(
            World world, Set<String> models, TrainerProcess by, TrainerProcess asleep) {
        long begin = System.nanoTime();
        long beginMs = System.currentTimeMillis();
        awaitBusy(
                world,
                "one of " + models + " goes on",
                () -> {
                    assertTrue(by.isAlive(), by::lastWords);
                    assertTrue(asleep.isAlive(), asleep::lastWords);
                    return System.nanoTime() - begin > ASLEEP.toNanos()
                            && by.commits().stream()
                                    .anyMatch(
                                            c -> c.atMs() > beginMs && models.contains(c.model()));
                });
    }

    private static Set<String> unfinished(World world, TrainerProcess trainer, Set<String> models) {
        models.clear();
        for (TrainerProcess.Commit commit : trainer.commits()) {
            models.add(commit.model());
        }
        Set<String> over = new HashSet<>();
        for (ModelSpec spec : world.models()) {
            if (world.number(spec.getId()) > Grid.checkpoints(spec) / 2) {
                over.add(spec.getId());
            }
        }
        models.removeAll(over);
        return models;
    }

    private static void awaitBusy(World world, String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(90))
                .until(
                        () -> {
                            world.keepBusy();
                            return condition.call();
                        });
    }
}
