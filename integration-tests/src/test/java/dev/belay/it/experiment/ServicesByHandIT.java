package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services started one by one on one machine, as the README says. */
@Timeout(600)
class ServicesByHandIT {
    private static final Pattern METRICS = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/metrics)");

    @TempDir static Path folder;
    private static EmbeddedPlatform platform;

    @BeforeAll
    static void start() {
        platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {});
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void twoOfEachKindInOneFolderNeedNoNamesAndAllMetricsHaveAHelpText() throws Exception {
        // Given: all in one folder, with settings that are the same for all
        Path file = SmallExperiment.write(folder.resolve("here"));
        Map<String, BelayProcess> services = new LinkedHashMap<>();
        try {
            platform("topics", "apply", "--experiment", file.toString());
            for (String service :
                    List.of(
                            "labeler",
                            "labeler",
                            "evaluator",
                            "evaluator",
                            "trainer",
                            "aggregator")) {
                String name = service + services.size();
                services.put(
                        name,
                        BelayProcess.start(
                                folder.resolve(name),
                                arguments(
                                        service,
                                        "--set",
                                        "health.port=0",
                                        "--set",
                                        "metrics.kafka=true",
                                        "--set",
                                        "state=" + folder.resolve("state"),
                                        "--set",
                                        "store=" + folder.resolve("store"))));
            }
            Map<String, String> metrics = new LinkedHashMap<>();
            services.forEach((name, process) -> metrics.put(name, process.awaitOutput(METRICS)));
            // When
            platform("run", file.toString(), "--out", folder.resolve("out").toString());
            // Then
            for (var service : services.entrySet()) {
                String output = service.getValue().output();
                assertFalse(output.contains("ProducerFenced"), () -> service.getKey() + output);
                helpTexts(
                        service.getKey(),
                        scrape(Objects.requireNonNull(metrics.get(service.getKey()))));
            }
            try (Stream<Path> names = Files.list(folder.resolve("state").resolve("instances"))) {
                assertTrue(names.count() >= 4, "two labelers and two evaluators");
            }
        } finally {
            services.values().forEach(BelayProcess::close);
        }
    }

    @Test
    void aRegistryUrlWithoutItsPathGetsTheSameHintEverywhere() throws Exception {
        Path file = SmallExperiment.write(folder.resolve("wrong"));
        String right = platform.registryUrl();
        String wrong = right.substring(0, right.indexOf("/apis"));
        String begin = "no schema registry answers at " + wrong + ": HTTP 404: ";
        String end =
                "; expected the registry below this URL: Belay's own has the path /apis/ccompat/v7";
        String out = folder.resolve("wrong-out").toString();
        for (List<String> command :
                List.of(
                        List.of("run", file.toString(), "--out", out, "--data", out),
                        List.of("produce", file.toString()),
                        List.of("export", "--out", out),
                        List.of("models", "list"),
                        List.of("models", "add", file.toString()),
                        List.of("topics", "apply"))) {
            // When
            List<String> with = new ArrayList<>(command);
            with.addAll(
                    List.of(
                            "--bootstrap-servers",
                            platform.bootstrapServers(),
                            "--registry",
                            wrong));
            StringWriter err = new StringWriter();
            int code = execute(err, with.toArray(String[]::new));
            // Then
            boolean needsNone = command.get(0).equals("topics");
            assertEquals(needsNone ? 0 : 1, code, command::toString);
            String said = err.toString().strip();
            assertTrue(said.startsWith((needsNone ? "warning: " : "belay: ") + begin), said);
            assertTrue(said.endsWith(end), said);
        }
    }

    @Test
    void aSpecOfAClientWithAnotherPartitionerIsStoppedWhereItIs() throws Exception {
        // Given a model declared by a program that uses another partitioner
        Path file = SmallExperiment.write(folder.resolve("foreign"));
        platform("models", "add", file.toString());
        String id = "foreign/naive#0@0";
        Clients clients = clients();
        String topic = clients.topics().models();
        try (Admin admin = clients.admin();
                ModelTable models = new ModelTable(clients)) {
            models.catchUpPastOpenTransactions(admin, Duration.ofSeconds(30));
            ModelSpec known = Objects.requireNonNull(models.all().get("small/naive#0@0"));
            ModelSpec spec = ModelSpec.newBuilder(known).setId(id).setExperiment("foreign").build();
            int own = models.partitions("small/naive#0@0").iterator().next();
            clients.inTransaction(
                    "foreign", List.of(clients.codec().record(topic, (own + 5) % 16, id, spec, 0)));
            models.catchUpPastOpenTransactions(admin, Duration.ofSeconds(30));
            assertEquals(Set.of((own + 5) % 16), models.partitions(id));
            // When
            platform("models", "stop", "foreign/naive");
            // Then it is stopped, and its tombstone is behind it
            models.catchUpPastOpenTransactions(admin, Duration.ofSeconds(30));
            assertTrue(models.isStopped(id));
            assertEquals(Set.of((own + 5) % 16), models.partitions(id));
        }
    }

    @Test
    void noiseIsSetAsAnotherVersionThatTheFileResumes() throws Exception {
        // Given labelers of which one adds noise to truth
        Path file = SmallExperiment.write(folder.resolve("noisy"));
        String labelers =
                """
                labelers:
                  noisy: {kind: noise, sources: [truth], rate: 0.1}
                  rules: {kind: rules, keywords: {even: [a]}}
                """;
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("name: small", "name: noisy")
                        .replace("models:", labelers + "models:")
                        .replace("supervisor: bow,", "supervisor: noisy,"));
        platform("models", "add", file.toString());
        // When
        platform("noise", "set", "noisy/noisy", "rate=0.3", "missing=0.5");
        // Then the newest version has it and what was not given
        String id = "noisy/noisy#0@0";
        Map<String, String> expected = Map.of("rate", "0.3", "missing", "0.5");
        LabelerSpec first = labeler(id, 1);
        assertEquals(expected, Map.copyOf(first.getMethod().getParameters()));
        // and the same file adds nothing
        platform("models", "add", file.toString());
        assertEquals(first, labeler(id, 1));
        // wrong values and other labelers are refused
        for (List<String> wrong :
                List.of(
                        List.of("noise", "set", "noisy/noisy", "rate=2", "is '2', expected a"),
                        List.of("noise", "set", "noisy/noisy", "rates=0.2", "rates"),
                        List.of("noise", "set", "noisy/rules", "rate=0.2", "is of kind rules"),
                        List.of("noise", "set", "noisy/naive", "rate=0.2", "is of kind model"),
                        List.of("noise", "set", "noisy/nosy", "rate=0.2", "nosy"),
                        List.of("noise", "sources", "noisy/rules", "reads no other labeler"),
                        List.of("noise", "effects", "noisy", "expected EXPERIMENT/STUDENT"))) {
            StringWriter err = new StringWriter();
            int last = wrong.size() - 1;
            assertEquals(1, execute(err, arguments(wrong.subList(0, last).toArray(String[]::new))));
            assertTrue(err.toString().contains(wrong.get(last)), err::toString);
        }
        assertEquals(first, labeler(id, 1));
    }

    private static Clients clients() {
        Settings settings =
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers", platform.bootstrapServers(),
                                "registry.url", platform.registryUrl()));
        return new Clients(settings, new SimpleMeterRegistry());
    }

    private static LabelerSpec labeler(String id, long version) {
        Clients clients = clients();
        try (Admin admin = clients.admin();
                LabelerTable labelers = new LabelerTable(clients)) {
            labelers.catchUpPastOpenTransactions(admin, Duration.ofSeconds(30));
            LabelerSpec spec = Objects.requireNonNull(labelers.all().get(id));
            assertEquals(version, spec.getVersion());
            return spec;
        }
    }

    private static void platform(String... arguments) {
        StringWriter err = new StringWriter();
        assertEquals(0, execute(err, arguments(arguments)), err::toString);
    }

    private static int execute(StringWriter err, String... arguments) {
        return Belay.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(
                List.of(
                        "--bootstrap-servers",
                        platform.bootstrapServers(),
                        "--registry",
                        platform.registryUrl()));
        return arguments.toArray(String[]::new);
    }

    private static String scrape(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    /** Every family of samples has a HELP line with a text. */
    private static void helpTexts(String service, String page) {
        List<String> families =
                page.lines()
                        .filter(line -> line.startsWith("# TYPE "))
                        .map(l -> word(l, 2))
                        .toList();
        List<String> described =
                page.lines()
                        .filter(line -> line.matches("# HELP \\S+ .*\\S.*"))
                        .map(line -> word(line, 2))
                        .toList();
        List<String> bare = families.stream().filter(f -> !described.contains(f)).toList();
        assertEquals(List.of(), bare, service);
        assertTrue(families.size() > 50, () -> service + ": " + families);
    }

    private static String word(String line, int index) {
        return List.of(line.split(" ", -1)).get(index);
    }
}
