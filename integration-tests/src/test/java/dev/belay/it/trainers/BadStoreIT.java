package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.DirectoryStore;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A store that is full, refuses, is gone, or has lost or altered files; and is mended. */
@LongTest
@ExtendWith(Shared.class)
@Timeout(600)
class BadStoreIT {
    private static final List<String> STUDENTS = List.of("naive", "conf", "mlp");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern TOO_LARGE = Pattern.compile("File too large");

    @Test
    void aFullDiskStopsNothingForGoodAndLosesNothing() throws Exception {
        // Given: room for a few checkpoints
        Shared.Installation shared = Shared.get();
        Path disk = Files.createDirectory(shared.folder().resolve("disk"));
        Assumptions.assumeTrue(
                call("mount", "-t", "tmpfs", "-o", "size=4m", "belay-test", disk.toString()),
                "no small file system can be mounted here: the full disk is skipped");
        try (World world = new World(shared, "full", disk);
                LocalTrainer trainer =
                        new LocalTrainer(world, new DirectoryStore(disk), (s, m, n) -> {})) {
            // When
            String trouble = awaitTrouble(trainer, "No space left on device");
            // Then
            long done = world.committed(world.models());
            assertTrue(trouble.contains(disk.toString()), trouble);
            awaitHealth(trainer, "No space left on device");
            // When: mended
            assertTrue(call("mount", "-o", "remount,size=1g", disk.toString()));
            // Then
            world.awaitOver(world.models(), List.of());
            assertEquals(List.of(), trainer.troubles());
            System.out.printf("disk full after %d checkpoints%n", done);
            requireUndisturbed(world);
        } finally {
            assertTrue(call("umount", disk.toString()));
        }
    }

    @Test
    void aStoreThatRefusesIsGoneOrHasBadFilesLosesNothing() throws Exception {
        // Given
        Shared.Installation shared = Shared.get();
        try (World world = new World(shared, "bad")) {
            smallFilesOnly(world);
            refusesAndIsGone(world);
            badFiles(world);
            requireUndisturbed(world);
        }
    }

    /** RLIMIT_FSIZE: a write ends in the middle, as on a full disk; needs no rights. */
    private static void smallFilesOnly(World world) throws Exception {
        try (TrainerProcess trainer = world.trainer("limited", Harm.NONE)) {
            String pid = Long.toString(trainer.pid());
            Awaitility.await("a commit").atMost(SOON).until(() -> trainer.commits().size() > 2);
            // When
            if (!call("prlimit", "--pid", pid, "--fsize=20000:")) {
                System.out.println("prlimit is not here: the limit of files' sizes is skipped");
                return;
            }
            // Then
            Awaitility.await("trouble").atMost(SOON).until(() -> trainer.hasLine(TOO_LARGE));
            // When: mended
            assertTrue(call("prlimit", "--pid", pid, "--fsize=unlimited:"));
            int before = trainer.commits().size();
            // Then
            Awaitility.await("it goes on")
                    .atMost(SOON)
                    .until(() -> trainer.commits().size() > before + 3);
        }
    }

    private static void refusesAndIsGone(World world) throws Exception {
        Path root = world.store();
        Moody store = new Moody(new DirectoryStore(root));
        try (LocalTrainer trainer = new LocalTrainer(world, store, (s, m, n) -> {})) {
            awaitMore(world, 6);
            // When
            store.refuses = true;
            // Then
            awaitTrouble(trainer, "503 Slow Down, please");
            // When: it does not refuse any more, but soon its folder is another thing
            store.refuses = false;
            awaitMore(world, 6);
            Path aside = root.resolveSibling("bad-aside");
            Files.move(root, aside);
            Files.writeString(root, "not a folder");
            // Then
            awaitTrouble(trainer, "cannot store");
            awaitHealth(trainer, "cannot store");
            // When: mended
            Files.delete(root);
            Files.move(aside, root);
            // Then: also the labeler has found the store again, or the students had no labels
            for (String student : STUDENTS) {
                awaitBegun(world, student);
            }
        }
    }

    private static void badFiles(World world) throws Exception {
        Path root = world.store();
        world.catchUp();
        // Given: three models that are at work, each with a bad file of its last checkpoint
        Map<String, Path> files = new TreeMap<>();
        Map<Path, byte[]> good = new TreeMap<>();
        Checkpoint naive = last(world, "naive");
        Checkpoint conf = last(world, "conf");
        Checkpoint mlp = last(world, "mlp");
        files.put(naive.getModel(), path(root, naive.getWeightsUri()));
        files.put(conf.getModel(), path(root, conf.getStateUri()));
        files.put(mlp.getModel(), path(root, mlp.getWeightsUri()));
        for (Path file : files.values()) {
            good.put(file, Files.readAllBytes(file));
        }
        Path truncated = path(root, naive.getWeightsUri());
        byte[] half = Arrays.copyOf(Files.readAllBytes(truncated), 1_000);
        Files.write(truncated, half);
        Path altered = path(root, conf.getStateUri());
        byte[] bytes = Files.readAllBytes(altered);
        bytes[bytes.length / 2] ^= 1;
        Files.write(altered, bytes);
        Files.delete(path(root, mlp.getWeightsUri()));
        // When
        try (LocalTrainer trainer =
                new LocalTrainer(world, new DirectoryStore(root), (s, m, n) -> {})) {
            // Then: each says which file, what was found and what was expected
            awaitTold(
                    trainer, naive, naive.getWeightsUri(), "expected " + naive.getWeightsSha256());
            awaitTold(trainer, conf, conf.getStateUri(), "expected " + conf.getStateSha256());
            awaitTold(trainer, mlp, mlp.getWeightsUri(), "NoSuchFile");
            for (Checkpoint of : List.of(naive, conf, mlp)) {
                awaitHealth(trainer, of.getModel() + ": ");
                assertEquals(of.getNumber(), world.number(of.getModel()));
            }
            // and the others train on, to their ends: some may have come there before
            Set<String> stopped = files.keySet();
            world.awaitOver(
                    world.models().stream().filter(m -> !stopped.contains(m.getId())).toList(),
                    List.of());
            // When: mended
            for (var file : good.entrySet()) {
                Files.write(file.getKey(), file.getValue());
            }
            // Then
            world.awaitOver(world.models(), List.of());
            assertEquals(List.of(), trainer.troubles());
        }
    }

    private static void awaitTold(LocalTrainer trainer, Checkpoint of, String uri, String what) {
        String[] told = {""};
        Awaitility.await("trouble of " + of.getModel())
                .atMost(SOON)
                .until(
                        () -> {
                            told[0] = String.valueOf(trainer.trouble(of.getModel()));
                            return !told[0].equals("null");
                        });
        assertTrue(told[0].contains(uri), told[0]);
        assertTrue(told[0].contains(what), told[0]);
    }

    private static String awaitTrouble(LocalTrainer trainer, String what) {
        String[] told = {""};
        Awaitility.await("trouble with " + what)
                .atMost(SOON)
                .until(
                        () -> {
                            for (String trouble : trainer.troubles()) {
                                if (trouble.contains(what)) {
                                    told[0] = trouble;
                                    return true;
                                }
                            }
                            return false;
                        });
        return told[0];
    }

    /** A trouble is not told while it is tried whether it is over. */
    private static void awaitHealth(LocalTrainer trainer, String what) {
        Awaitility.await("/health/ready tells " + what)
                .atMost(SOON)
                .until(() -> trainer.health().contains(what));
    }

    /** So many more checkpoints, of whatever models. */
    private static void awaitMore(World world, int checkpoints) {
        world.catchUp();
        long before = world.committed(world.models());
        Awaitility.await("the store is used")
                .atMost(SOON)
                .until(() -> world.committed(world.models()) >= before + checkpoints);
    }

    private static void awaitBegun(World world, String model) {
        String id = Shared.get().grid().model(model).getId();
        Awaitility.await(id + " has begun").atMost(SOON).until(() -> world.number(id) > 0);
    }

    private static Checkpoint last(World world, String model) {
        Checkpoint last = world.last(Shared.get().grid().model(model).getId());
        assertNotNull(last);
        return last;
    }

    private static Path path(Path root, String uri) {
        return root.resolve(uri.substring("file:".length()));
    }

    private static void requireUndisturbed(World world) throws IOException {
        List<ModelSpec> models = world.models();
        History history = History.read(world);
        history.requireWhole(models);
        history.requireSame(Shared.get().undisturbed().ofSeeds(world.seeds()), models);
    }

    private static boolean call(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) { // there is no such command
            System.out.println(e.getMessage());
            return false;
        }
    }

    /** Refuses as a store far away does. */
    private static final class Moody extends ForwardingStore {
        private volatile boolean refuses;

        Moody(CheckpointStore inner) {
            super(inner);
        }

        @Override
        public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
            if (refuses) {
                throw new UncheckedIOException(new IOException("503 Slow Down, please"));
            }
            return super.put(modelId, number, kind, bytes);
        }
    }
}
