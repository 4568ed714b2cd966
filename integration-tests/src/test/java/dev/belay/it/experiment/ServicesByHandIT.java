package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services started one by one on one machine, as the README says. */
@LongTest
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
