package dev.belay.runtime.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir private Path folder;

    @Test
    void flagsGoOverTheEnvironmentAndThatOverTheFile() throws IOException {
        // Given
        Path file =
                Files.writeString(
                        folder.resolve("s.yaml"),
                        "kafka:\n  bootstrap.servers: file:1\nregistry.url: http://file\nstore: /file\n");
        // When
        Settings settings =
                Settings.load(
                        file,
                        Map.of(
                                "BELAY_REGISTRY_URL",
                                "http://env",
                                "BELAY_STORE",
                                "/env",
                                "PATH",
                                "x"),
                        Map.of("store", "/flag"));
        // Then
        assertEquals("file:1", settings.bootstrapServers());
        assertEquals("http://env", settings.registryUrl());
        assertEquals("/flag", settings.store());
    }

    @Test
    void anS3ServerOfOnesOwnHasItsBucketsInThePathUnlessToldOtherwise() {
        Settings aws = Settings.of(Map.of("store", "s3://bucket/belay"));
        assertEquals("s3://bucket/belay", aws.store());
        assertFalse(aws.s3PathStyle());
        Settings own = aws.with(Map.of("store.s3.endpoint", "http://localhost:9000"));
        assertTrue(own.s3PathStyle());
        assertFalse(own.with(Map.of("store.s3.path-style", "false")).s3PathStyle());
        Map<String, String> wrong = Map.of("store.s3.path-style", "yes");
        assertThrows(IllegalArgumentException.class, () -> own.with(wrong));
    }

    @Test
    void kafkaSettingsReachTheClientsTheyAreFor() {
        Settings settings =
                Settings.of(
                        Map.of(
                                "kafka.security.protocol", "SSL",
                                "kafka.consumer.fetch.min.bytes", "7",
                                "kafka.producer.linger.ms", "9"));
        assertEquals("SSL", settings.kafka("admin").get("security.protocol"));
        assertEquals("7", settings.kafka("consumer").get("fetch.min.bytes"));
        assertFalse(settings.kafka("consumer").containsKey("linger.ms"));
        assertFalse(settings.kafka("consumer").containsKey("producer.linger.ms"));
    }

    @Test
    void variablesThatAreNoSettingsAreLeftAlone() {
        // Given
        Map<String, String> environment =
                Map.of(
                        "BELAY_MVN_OPTS", "-o",
                        "BELAY_JAVA_OPTS", "-Xmx1g",
                        "BELAY_SERVICE_HOST", "10.0.0.1",
                        "BELAY_DEVICE", "cpu");
        // When
        Settings settings = Settings.load(null, environment, Map.of());
        // Then
        assertEquals("cpu", settings.device());
    }

    @Test
    void anUnknownSettingIsRefusedByName() {
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> Settings.of(Map.of("stroe", "/x")));
        assertTrue(
                String.valueOf(e.getMessage()).contains("unknown setting 'stroe'")
                        && String.valueOf(e.getMessage()).endsWith("; did you mean 'store'?"),
                e::getMessage);
    }

    @Test
    void aMistypedAddressIsNotPassedOnToClientsThatWouldIgnoreIt() {
        for (String key : new String[] {"kafka.bootstrap.server", "kafka.bootstrap-servers"}) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> Settings.of(Map.of(key, "host:9092")));
            assertEquals(
                    "unknown setting '" + key + "'; expected 'kafka.bootstrap.servers'",
                    e.getMessage());
        }
        assertEquals(
                "SSL",
                Settings.of(Map.of("kafka.security.protocol", "SSL"))
                        .kafka("admin")
                        .get("security.protocol"));
    }

    @Test
    void anErrorSaysWhereTheSettingWasMade() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "task:\n  partitions: four\n");
        Map<String, String> variable = Map.of("BELAY_TASK_PARTITIONS", "five");
        String expected =
                "setting 'task.partitions': found 'four'; expected a whole number [1,...]";
        loaded(file, Map.of(), Map.of(), file + ": " + expected);
        loaded(
                file,
                variable,
                Map.of(),
                "environment variable BELAY_TASK_PARTITIONS: " + expected.replace("four", "five"));
        loaded(file, variable, Map.of("task.partitions", "six"), expected.replace("four", "six"));
    }

    @Test
    void aFileThatIsNoMappingIsAnErrorWithItsLine() throws IOException {
        Path file = folder.resolve("s.yaml");
        Map<String, String> none = Map.of();
        Files.writeString(file, "store: /x\ndevice: [cpu\n");
        loaded(file, none, none, file + ", line 2: expected a YAML mapping of settings");
        Files.writeString(file, "");
        loaded(file, none, none, file + ", line 1: expected a YAML mapping of settings");
        Files.writeString(file, "store:\n");
        loaded(file, none, none, file + ": setting 'store': found no value");
    }

    private static void loaded(
            Path file, Map<String, String> environment, Map<String, String> flags, String begin) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Settings.load(file, environment, flags));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(begin) && message.lines().count() == 1, message);
    }

    @Test
    void aWrongValueIsRefusedWithItsKeyWhatWasFoundAndWhatWasExpected() {
        refused("task.partitions", "four", "a whole number [1,...]");
        refused("task.partitions", "0", "a whole number [1,...]");
        refused("device", "tpu", "[auto, cpu, gpu]");
        refused("store.s3.path-style", "yes", "true or false");
        refused("aggregator.grace", "1 hour", "a duration: 500ms, 30s, 15m, 24h, 7d");
        refused("kafka.bootstrap.servers", "host", "HOST:PORT, separated by commas");
        refused("kafka.bootstrap.servers", "a:1,b", "HOST:PORT, separated by commas");
        refused("aggregator.server", "host:port", "HOST:PORT");
        refused("registry.url", "localhost:8081", "http(s)://HOST:PORT/PATH, separated by commas");
        refused(
                "aggregator.windows",
                "1h,24h/x",
                "SIZE or SIZE/ADVANCE, separated by commas: 1h, 24h/1h; or empty");
    }

    @Test
    void aGraceBeyondTheHorizonOfTruthIsRefusedBeforeAnythingStarts() {
        var wrong =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Settings.of(Map.of("aggregator.truth-horizon", "1m")));
        assertEquals(
                "setting 'aggregator.grace': found '1h'; expected at most that of 'aggregator.truth-horizon', '1m'",
                wrong.getMessage());
    }

    @Test
    void addressesUrlsAndWindowsAreAcceptedInAllTheirForms() {
        for (String addresses : new String[] {"a:1", "a:1, b:2", "[::1]:9092", "SSL://a.b:9093"}) {
            assertEquals(
                    addresses,
                    Settings.of(Map.of("kafka.bootstrap.servers", addresses)).bootstrapServers());
        }
        for (String urls : new String[] {"http://a", "https://a:1/x,http://b", "mock://scope"}) {
            assertEquals(urls, Settings.of(Map.of("registry.url", urls)).registryUrl());
        }
        for (String windows : new String[] {"", "1h", "1h, 24h/1h"}) {
            assertEquals(windows, Settings.of(Map.of("aggregator.windows", windows)).windows());
        }
    }

    private static void refused(String key, String value, String expected) {
        var e = assertThrows(IllegalArgumentException.class, () -> Settings.of(Map.of(key, value)));
        assertEquals(
                "setting '" + key + "': found '" + value + "'; expected " + expected,
                e.getMessage());
    }

    @Test
    void everySettingIsInTheTableWithItsDefault() {
        String table = SettingKeys.table();
        assertTrue(table.contains("| `task.partitions` | a whole number [1,...] | `4` |"), table);
        assertTrue(table.contains("| `store.s3.region` | a text |  |"), table);
        assertTrue(table.contains("| `kafka.*` |"), table);
    }

    @Test
    void aTopicCanBeRenamedByItself() {
        var topics = Settings.of(Map.of("topics.rename.t.examples", "theirs")).topics();
        assertEquals("theirs", topics.examples("t"));
        assertEquals("belay.t.truth", topics.truth("t"));
    }

    @Test
    void retentionOfTopicsIsForeverUnlessSet() {
        assertEquals(-1, Settings.of(Map.of()).retentionMs());
        assertEquals(-1, Settings.of(Map.of("topics.retention", "forever")).retentionMs());
        assertEquals(
                30L * 24 * 3600 * 1000,
                Settings.of(Map.of("topics.retention", "30d")).retentionMs());
        for (String wrong : new String[] {"0s", "never", "-1"}) {
            Map<String, String> values = Map.of("topics.retention", wrong);
            assertThrows(IllegalArgumentException.class, () -> Settings.of(values));
        }
    }
}
