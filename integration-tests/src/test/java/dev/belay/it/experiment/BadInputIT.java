package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input gives one clear error and exit code 1, and nothing is written to any topic. */
@Timeout(120)
class BadInputIT {
    private static final String GOOD_ROW =
            "{\"id\": \"b\", \"text\": \"two words\", \"label\": 1, \"split\": \"train\"}\n";

    @TempDir Path folder;

    /** What a command left: its exit code and all that it wrote to standard error. */
    private record Ended(int code, String error) {}

    static Stream<Arguments> badExperiments() {
        return Stream.of(
                bad("an unknown key", "alpha: 0.5", "alfa: 0.5", "line 12", "'alfa'", "'alpha'"),
                bad("an unknown encoder", "hashing,", "hashin,", "line 10", "'hashin'", "hashing"),
                bad(
                        "what is not YAML",
                        "supervisor: bow, micro-epoch: 64}",
                        "supervisor: bow, micro-epoch: 64]",
                        "line 11",
                        "not YAML"),
                bad(
                        "a cycle of supervisors",
                        "supervisor: bow, micro-epoch: 64}",
                        "supervisor: naive, micro-epoch: 64}",
                        "line 11",
                        "cycle",
                        "naive -> naive"),
                bad(
                        "a student without a ceiling",
                        "  ceiling: {encoder: hashing-bigrams",
                        "  ceiling: {encoder: hashing",
                        "line 11",
                        "no ceiling for model 'naive'",
                        "ceiling: none"));
    }

    private static Arguments bad(String what, String good, String wrong, String... said) {
        UnaryOperator<String> change =
                text -> {
                    assertTrue(text.contains(good), good);
                    return text.replaceFirst(Pattern.quote(good), wrong);
                };
        return Arguments.of(what, change, List.of(said));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badExperiments")
    void aMistakeInTheExperimentFileIsOneErrorWithItsLine(
            String what, UnaryOperator<String> change, List<String> said) throws IOException {
        // Given
        SmallExperiment.write(folder);
        Path file = folder.resolve("small.yaml");
        Files.writeString(file, change.apply(Files.readString(file)));
        // When
        Ended ended = run(file);
        // Then
        saysOnce(ended, said);
        assertEquals(1, ended.error().lines().count(), ended::error);
        assertTrue(ended.error().contains(file.toString()), ended::error);
        nothingWasStarted();
    }

    static Stream<Arguments> badData() {
        return Stream.of(
                Arguments.of(
                        "a class out of range",
                        "data.jsonl",
                        plain(GOOD_ROW + GOOD_ROW.replace("\"b\"", "\"c\"").replace(": 1", ": 7")),
                        List.of("data.jsonl, line 2", "7", "expected")),
                Arguments.of(
                        "a missing column",
                        "data.jsonl",
                        plain(GOOD_ROW + "{\"id\": \"c\", \"label\": 1, \"split\": \"train\"}\n"),
                        List.of("data.jsonl, line 2", "text", "expected")),
                Arguments.of(
                        "a file cut off in the middle",
                        "data.jsonl.gz",
                        cutOff(),
                        List.of("data.jsonl.gz", "found", "expected")),
                Arguments.of(
                        "what is not JSON",
                        "data.jsonl",
                        plain(GOOD_ROW + "id,text,label\n"),
                        List.of("data.jsonl, line 2", "found", "expected")),
                Arguments.of(
                        "what is not UTF-8",
                        "data.jsonl",
                        (GOOD_ROW + GOOD_ROW.replace("two", "tw\u00f6"))
                                .getBytes(StandardCharsets.ISO_8859_1),
                        List.of("data.jsonl, line 2", "not UTF-8", "expected")),
                Arguments.of(
                        "an empty file",
                        "data.jsonl",
                        plain(""),
                        List.of("data.jsonl", "found", "expected")),
                Arguments.of(
                        "one id for two texts",
                        "data.jsonl",
                        plain(GOOD_ROW + GOOD_ROW.replace("two", "three")),
                        List.of("data.jsonl", "line 2", "'b'", "expected")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badData")
    void aMistakeInTheDataIsOneErrorWithItsLine(
            String what, String name, byte[] content, List<String> said) throws IOException {
        // Given
        SmallExperiment.write(folder);
        Path file = folder.resolve("small.yaml");
        Files.writeString(file, Files.readString(file).replace("data.jsonl", name));
        Files.write(folder.resolve(name), content);
        // When
        Ended ended = run(file);
        // Then
        saysOnce(ended, said);
        assertEquals(1, ended.error().lines().count(), ended::error);
        nothingWasStarted();
    }

    @Test
    void aPortInUseIsOneErrorThatNamesIt() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // When
            String port = Integer.toString(taken.getLocalPort());
            Ended ended =
                    execute("broker", "--port", port, "--registry-port", "0", "--data", data());
            // Then
            saysOnce(ended, List.of("port " + port, "--port"));
        }
    }

    @Test
    void aBrokerThatCantBeReachedIsNamedWithTheTimeItWasTried() throws IOException {
        // Given: a port at which nobody listens
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String address = "127.0.0.1:" + port;
        Path file = SmallExperiment.write(folder);
        // When
        long startNs = System.nanoTime();
        Ended ended = run(file, "--bootstrap-servers", address, "--set", "wait.broker=2");
        Duration took = Duration.ofNanos(System.nanoTime() - startNs);
        // Then
        saysOnce(ended, List.of(address, "2 s"));
        assertTrue(took.toSeconds() < 20, took::toString);
    }

    @Test
    void topicsWithUnequalPartitionCountsAreNamedAndNoTopicIsMade() throws Exception {
        Path file = SmallExperiment.write(folder);
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {});
                var admin =
                        Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            // Given
            String truth = "belay.small.truth";
            admin.createTopics(List.of(new NewTopic(truth, 3, (short) 1))).all().get();
            // When
            Ended ended =
                    run(
                            file,
                            "--bootstrap-servers",
                            platform.bootstrapServers(),
                            "--registry",
                            platform.registryUrl());
            // Then
            saysOnce(ended, List.of(truth, "3 partitions", "expected 4"));
            assertEquals(Set.of(truth), admin.listTopics().names().get());
        }
    }

    @Test
    void anErrorIsTheOnlyThingOnStandardErrorOfAProcess() throws Exception {
        // Given
        SmallExperiment.write(folder);
        Files.writeString(folder.resolve("data.jsonl"), "");
        // When
        try (BelayProcess process =
                BelayProcess.start(folder, "run", "small.yaml", "--data", data())) {
            // Then
            assertEquals(1, process.exitCode(), process::output);
            String error = Files.readString(folder.resolve("stderr"));
            assertEquals(1, error.lines().count(), error);
            assertTrue(
                    error.startsWith("belay: ") && error.contains("data.jsonl: found no rows"),
                    error);
        }
    }

    private Ended run(Path file, String... more) {
        String[] run = {
            "run", file.toString(), "--out", folder.resolve("out").toString(), "--data", data()
        };
        return execute(
                Stream.concat(Arrays.stream(run), Arrays.stream(more)).toArray(String[]::new));
    }

    private static Ended execute(String... arguments) {
        var bytes = new ByteArrayOutputStream();
        PrintStream real = System.err;
        try (var captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(captured); // what goes past the command line's own writer counts too
            int code =
                    Belay.commandLine()
                            .setErr(new PrintWriter(captured, true, StandardCharsets.UTF_8))
                            .execute(arguments);
            return new Ended(code, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(real);
        }
    }

    private static void saysOnce(Ended ended, List<String> parts) {
        String error = ended.error();
        assertNotEquals(0, ended.code(), error);
        assertTrue(error.startsWith("belay: "), error);
        assertEquals(1, error.split("belay: ", -1).length - 1, error);
        assertFalse(error.contains("\tat ") || error.contains("Exception"), error);
        for (String part : parts) {
            assertTrue(error.contains(part), () -> "expected '" + part + "' in: " + error);
        }
    }

    /** Checked before anything is started: not even the folder of the data was made. */
    private void nothingWasStarted() {
        assertFalse(Files.exists(folder.resolve("data")));
        assertFalse(Files.exists(folder.resolve("out")));
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private static byte[] plain(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] cutOff() {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain(SmallExperiment.rows(7)));
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
        return Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);
    }
}
