package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;
import dev.belay.models.store.DirectoryStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.trainers.checkpoints.RetentionCleaner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that look at a fleet and steer it, on a copy of what the small experiment left:
 * those that change something come last.
 */
@LongTest
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MODELS = 8;

    @TempDir static Path folder;
    private static Path data;
    private static EmbeddedPlatform platform;

    private record Said(int code, String out, String err) {}

    @BeforeAll
    static void copy() throws Exception {
        data = folder.resolve("data");
        Path from = UndisturbedRun.get().data();
        try (var files = Files.walk(from)) {
            files.forEach(
                    file -> {
                        try {
                            Files.copy(file, data.resolve(from.relativize(file).toString()));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    @Order(1)
    void allModelsAreListedWithHowFarTheyAre() throws Exception {
        JsonNode models = JSON.readTree(run(0, "models", "list", "--json").out());
        assertEquals(MODELS, models.size());
        for (JsonNode model : models) {
            assertEquals("finished", model.get("state").textValue(), model::toString);
            assertEquals(model.get("budget"), model.get("seen"), model::toString);
        }
        assertTrue(run(0, "models", "list").out().contains("small/conf#1@0"));
        assertEquals(0, JSON.readTree(list("--experiment", "other")).size());
    }

    @Test
    @Order(1)
    void aCheckpointIsListedAndShownWithItsProvenance() throws Exception {
        JsonNode listed =
                JSON.readTree(run(0, "checkpoints", "list", "small/conf#0", "--json").out());
        assertEquals("small/conf#0@0:2", listed.get(1).get("checkpoint").textValue());
        for (String notation : List.of("small/conf#0:2", "small/conf#0@0:2", "small/conf#0@0@2")) {
            String shown = run(0, "checkpoints", "show", notation).out();
            assertTrue(shown.contains(listed.get(1).get("weights").textValue()), shown);
            assertTrue(shown.contains("\"supervisor\" : \"small/bow#0@0\""), shown);
        }
        Said none = run(1, "checkpoints", "show", "small/conf#0:99");
        assertTrue(none.err().contains("it has 1 to " + listed.size()), none::err);
        Said several = run(1, "checkpoints", "show", "small/conf:1");
        assertTrue(several.err().contains("small/conf#1@0"), several::err);
    }

    @Test
    @Order(1)
    void lineageLeadsFromTheMetricToTheSourceOfTheExamples() {
        String told = run(0, "lineage", "small/conf#1").out();
        for (String part :
                List.of(
                        "small/conf#1@0:",
                        "metric: holdout, n = " + SmallExperiment.HOLDOUT,
                        "PGR ",
                        "labels: belay.small.labels.small.bow.1",
                        "supervisor: small/bow#1@0, 1 of its checkpoints",
                        "labels: belay.small.labels.truth",
                        "supervisor: truth",
                        "examples: belay.small.examples",
                        "made from the source ")) {
            assertTrue(told.contains(part), () -> "no '" + part + "' in:\n" + told);
        }
    }

    @Test
    @Order(1)
    void aStudentComparedWithItsSupervisorIsTheirMetricsRow() throws Exception {
        JsonNode found =
                JSON.readTree(run(0, "compare", "small/conf#0", "small/bow#0", "--json").out());
        JsonNode pair = null;
        for (JsonNode some : JSON.readTree(UndisturbedRun.get().summary()).get("pairs")) {
            if (some.get("student").textValue().equals("conf")
                    && some.get("seed").intValue() == 0) {
                pair = some;
            }
        }
        Objects.requireNonNull(pair);
        assertEquals("small/conf#0@0:" + pair.get("checkpoint"), found.get("a").textValue());
        assertEquals(pair.get("n"), found.get("n"));
        assertEquals(pair.get("studentAccuracy"), found.get("accuracyOfA"));
        assertEquals(pair.get("supervisorAccuracy"), found.get("accuracyOfB"));
        assertEquals(pair.get("agreement"), found.get("agreement"));
        for (String part : List.of("", "Low", "High")) {
            assertEquals(pair.get("gain" + part), found.get("difference" + part));
        }
        Path ids = folder.resolve("ids.jsonl");
        String text =
                run(0, "compare", "small/conf#0", "small/bow#0", "--ids", ids.toString()).out();
        assertTrue(text.contains("McNemar's test    p = "), text);
        assertEquals(found.get("discordant").size(), Files.readAllLines(ids).size());
    }

    @Test
    @Order(2)
    void filesThatAreTruncatedAlteredOrGoneAreFoundAndOrphansTold() throws Exception {
        // Given
        assertEquals(0, run(0, "checkpoints", "verify").code());
        Path truncated = file("conf.0.0", "00000001-weights-");
        Path altered = file("naive.1.0", "00000002-state-");
        Path missing = file("ceiling.0.0", "00000001-provenance-");
        byte[] whole = Files.readAllBytes(truncated);
        byte[] right = Files.readAllBytes(altered);
        byte[] there = Files.readAllBytes(missing);
        byte[] wrong = right.clone();
        wrong[wrong.length / 2] ^= 1;
        Path orphan = truncated.resolveSibling("00000001-weights-" + "0".repeat(64) + ".json");
        // When
        Files.write(truncated, Arrays.copyOf(whole, whole.length / 2));
        Files.write(altered, wrong);
        Files.delete(missing);
        Files.write(orphan, there);
        Said found = run(1, "checkpoints", "verify");
        // Then
        assertTrue(found.out().contains("3 wrong"), found::out);
        assertTrue(found.out().contains("1 orphans"), found::out);
        assertTrue(found.out().matches("(?s).*small/conf#0@0:1 +weights +altered.*"), found::out);
        assertTrue(found.out().matches("(?s).*small/naive#1@0:2 +state +altered.*"), found::out);
        assertTrue(
                found.out().matches("(?s).*small/ceiling#0@0:1 +provenance +missing.*"),
                found::out);
        // When mended
        Files.write(truncated, whole);
        Files.write(altered, right);
        Files.write(missing, there);
        Files.delete(orphan);
        // Then
        run(0, "checkpoints", "verify", "small");
    }

    @Test
    @Order(3)
    void aStoppedModelIsToldOfAndGoesOnWhereItWasWhenAddedAgain() throws Exception {
        // Given
        Path file = UndisturbedRun.get().file();
        Said typo = run(1, "models", "stop", "small/cnof#0@0");
        assertTrue(typo.err().contains("small/conf#0@0"), typo::err);
        // When
        String stopped = run(0, "models", "stop", "small/conf").out();
        // Then
        assertEquals("stopped small/conf#0@0\nstopped small/conf#1@0\n", stopped);
        assertTrue(state("small/conf#0@0").startsWith("stopped"));
        assertEquals("finished", state("small/naive#0@0"));
        assertTrue(run(0, "lineage", "small/conf#0:1").out().contains("supervisor: truth"));
        run(0, "checkpoints", "verify", "small/conf");
        run(1, "models", "stop", "small/conf");
        // When
        String added = run(0, "models", "add", file.toString()).out();
        // Then
        assertTrue(added.contains("small/conf#0@0") && !added.contains("@1"), added);
        assertEquals("finished", state("small/conf#0@0"));
        assertTrue(run(0, "models", "add", file.toString()).out().startsWith("nothing to add"));
    }

    @Test
    @Order(4)
    void aChangedExperimentIsANewRunAndStoppingItBringsNoOlderOneBack() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder.resolve("changed"));
        Files.writeString(file, Files.readString(file).replace("alpha: 0.5", "alpha: 0.6"));
        // When
        String added = run(0, "models", "add", file.toString()).out();
        // Then
        assertTrue(added.contains("small/conf#0@1") && !added.contains("@0"), added);
        assertEquals("waiting", state("small/conf#0@1"));
        // When
        run(0, "models", "stop", "small/conf#0@1");
        // Then
        String models = list();
        assertFalse(models.contains("\"small/conf#0@0\",\"supervisor\":\"small"), models);
        assertEquals("waiting", state("small/conf#1@1"));
        // When the older file comes again, it is the third run
        String again = run(0, "models", "add", UndisturbedRun.get().file().toString()).out();
        assertTrue(again.contains("small/conf#0@2"), again);
    }

    @Test
    @Order(5)
    void theJanitorRemovesWhatNoPolicyKeepsOnceItIsEvaluated() throws Exception {
        // Given
        Clients clients =
                new Clients(
                        Settings.of(
                                Map.of(
                                        "kafka.bootstrap.servers",
                                        platform.bootstrapServers(),
                                        "registry.url",
                                        platform.registryUrl())),
                        new SimpleMeterRegistry());
        var store = new DirectoryStore(data.resolve("checkpoints"));
        ModelSpec plain = spec(clients, "small/naive#0@2");
        ModelSpec kept =
                ModelSpec.newBuilder(plain)
                        .setId("small/naive#0@0")
                        .setRun(0)
                        .setRetention(new Retention(3, 2, true))
                        .build();
        ModelSpec all = ModelSpec.newBuilder(kept).setRetention(new Retention(0, 0, false)).build();
        long before = count(store, "");
        long weights = count(store, "-weights-");
        String group = "belay.evaluators";
        try (Admin admin = clients.admin()) {
            var passed =
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            // When there is no policy, or the evaluators have passed nothing
            clean(clients, store, all);
            assertEquals(before, count(store, ""), "no policy: all stay");
            admin.deleteConsumerGroups(List.of(group)).all().get();
            clean(clients, store, kept);
            assertEquals(weights, count(store, "-weights-"), "not evaluated: all weights stay");
            admin.alterConsumerGroupOffsets(group, passed).all().get();
        }
        clean(clients, store, kept);
        // Then
        long last = count(store, "-provenance-");
        assertEquals(1, count(store, "-state-"));
        assertTrue(count(store, "-weights-") >= 3 && count(store, "-weights-") < last);
        for (long number : List.of(3L, last - 1, last)) {
            assertEquals(1, count(store, "%08d-weights-".formatted(number)), () -> "" + number);
        }
    }

    @Test
    @Order(6)
    void aFileWithFewerSeedsTellsWhichModelsItStops() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder.resolve("fewer"));
        Files.writeString(file, Files.readString(file).replace("seeds: [0, 1]", "seeds: [0]"));
        // When
        String added = run(0, "models", "add", file.toString()).out();
        // Then
        assertTrue(added.contains("small/conf#0@3\n"), added);
        assertTrue(added.contains("stopped small/conf#1@2: the file no longer has it"), added);
        assertFalse(added.contains("stopped small/conf#0"), added);
    }

    private static void clean(Clients clients, DirectoryStore store, ModelSpec spec) {
        try (RetentionCleaner janitor = new RetentionCleaner(clients, store)) {
            janitor.clean(List.of(spec));
        }
    }

    private static ModelSpec spec(Clients clients, String id) {
        try (ModelTable models = new ModelTable(clients)) {
            models.catchUp(Duration.ofSeconds(30));
            return Objects.requireNonNull(models.current().get(id));
        }
    }

    private static long count(DirectoryStore store, String part) {
        return store.list("small/naive#0@0").stream().filter(f -> f.uri().contains(part)).count();
    }

    private static String state(String model) throws IOException {
        for (JsonNode row : JSON.readTree(list())) {
            if (row.get("model").textValue().equals(model)) {
                return row.get("state").textValue();
            }
        }
        return "not listed";
    }

    private static String list(String... more) {
        List<String> arguments = new ArrayList<>(List.of("models", "list", "--json"));
        arguments.addAll(List.of(more));
        return run(0, arguments.toArray(String[]::new)).out();
    }

    private static Path file(String model, String begin) throws IOException {
        try (var files = Files.list(data.resolve("checkpoints/small").resolve(model))) {
            return files.filter(f -> f.getFileName().toString().startsWith(begin))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Said run(int expected, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", platform.bootstrapServers()));
        all.addAll(List.of("--registry", platform.registryUrl(), "--data", data.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Belay.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(all.toArray(String[]::new));
        Said said = new Said(code, out.toString(), err.toString());
        assertEquals(expected, code, said::toString);
        return said;
    }
}
