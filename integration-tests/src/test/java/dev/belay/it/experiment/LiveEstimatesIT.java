package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on an endless topic with truth on a third of the stream: the share of wrong labels is
 * raised from .1 to .3 and set back, and the estimates of the closed windows follow what was
 * injected.
 */
@LongTest
@Timeout(900)
class LiveEstimatesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(400);
    private static final Pattern DATA =
            Pattern.compile("\"time\":(\\{\"panels\":.*?\\]\\}),\"facets\"");

    private static final String EXPERIMENT =
            """
            name: live
            task:
              classes: [even, odd]
            data:
              topic: words
              holdout: {share: 0.1, size: 100}
              supervisor-share: 0
              truth: {sampled: 0.3}
            labelers:
              oracle: {kind: rules, keywords: {even: [even], odd: [odd]}}
              noisy:  {kind: noise, sources: [oracle], rate: 0.1}
            models:
              student: {encoder: hashing-bigrams, supervisor: noisy, micro-epoch: 256, batch-size: 64, replay: 0, max-wait: 2s, evaluate-every: 20}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 256, batch-size: 64, replay: 0, max-wait: 2s, evaluate-every: 20}
            """;

    @TempDir Path folder;

    @Test
    void estimatesOfClosedWindowsFollowWhatWasInjectedAndAreInTheReport() throws Exception {
        JsonNode windows;
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {})) {
            try (var admin =
                    Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("words", 3, (short) 1))).all().get();
            }
            Path file = Files.writeString(folder.resolve("live.yaml"), EXPERIMENT);
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
            try (KafkaProducer<byte[], byte[]> words = words(platform);
                    BelayProcess run = BelayProcess.start(folder, command(platform, file))) {
                Writer writer = new Writer(words);
                var unused = timer.scheduleAtFixedRate(writer, 0, 10, TimeUnit.MILLISECONDS);
                // When
                awaitWindows(platform, run, found -> found.size() > 3);
                set(platform, "rate=0.3");
                awaitWindows(platform, run, found -> above(found, .25) > 1);
                set(platform, "rate=0.1");
                windows =
                        awaitWindows(
                                platform,
                                run,
                                found ->
                                        above(found, .25) > 1
                                                && injected(found.get(found.size() - 1)) < .15);
                run.interrupt();
                assertEquals(0, run.exitCode(), run::output);
            } finally {
                timer.shutdownNow();
            }
        }
        // Then nearly all closed windows hold what was injected, and both rates are seen
        int held = 0;
        for (JsonNode window : windows) {
            JsonNode powered = window.get("predictionPowered");
            boolean low = powered.get("low").doubleValue() <= injected(window);
            held += low && injected(window) <= powered.get("high").doubleValue() ? 1 : 0;
        }
        System.out.println(windows.toPrettyString());
        assertTrue(held >= windows.size() - 2, windows::toString);
        // And the figure of the report has them
        String report = Files.readString(folder.resolve("out/report.html"));
        Matcher data = DATA.matcher(report);
        assertTrue(data.find(), "no figure over time");
        int shown = 0;
        for (JsonNode point : JSON.readTree(data.group(1)).at("/panels/0/points")) {
            shown += point.get("powered").isObject() && point.get("injected").isNumber() ? 1 : 0;
        }
        assertTrue(shown >= windows.size() - 1, shown + " of " + windows.size());
        String copy = System.getProperty("belay.report");
        if (copy != null) {
            Files.writeString(Path.of(copy), report);
        }
    }

    /** Texts that have the word of their class among others. */
    private static final class Writer implements Runnable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final Random random = new Random(9);
        private int written;

        Writer(KafkaProducer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        @Override
        public void run() {
            int label = random.nextInt(2);
            StringBuilder text = new StringBuilder(label == 0 ? "even" : "odd");
            for (int w = 0; w < 6; w++) {
                text.append(" word").append(random.nextInt(300));
            }
            byte[] value =
                    "{\"id\": \"w%d\", \"text\": \"%s\", \"label\": %d}"
                            .formatted(written, text, label)
                            .getBytes(StandardCharsets.UTF_8);
            var unused = producer.send(new ProducerRecord<>("words", written++ % 3, null, value));
        }
    }

    private static KafkaProducer<byte[], byte[]> words(EmbeddedPlatform platform) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", platform.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** The closed windows, once they are as wanted. */
    private JsonNode awaitWindows(
            EmbeddedPlatform platform, BelayProcess run, Predicate<JsonNode> wanted) {
        AtomicReference<JsonNode> found = new AtomicReference<>(JSON.createArrayNode());
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(5))
                .until(
                        () -> {
                            assertTrue(run.isAlive(), run::output);
                            JsonNode now = windows(platform);
                            found.set(now);
                            return wanted.test(now);
                        });
        return Objects.requireNonNull(found.get());
    }

    private static int above(JsonNode windows, double share) {
        int count = 0;
        for (JsonNode window : windows) {
            count += injected(window) > share ? 1 : 0;
        }
        return count;
    }

    private static double injected(JsonNode window) {
        return window.get("injected").doubleValue();
    }

    /** None while there is nothing to estimate. */
    private JsonNode windows(EmbeddedPlatform platform) throws Exception {
        try (BelayProcess estimate =
                BelayProcess.start(
                        folder.resolve("estimate"),
                        connected(
                                platform,
                                "noise",
                                "estimate",
                                "live/student",
                                "--json",
                                "--window",
                                "10s"))) {
            return estimate.exitCode() == 0
                    ? JSON.readTree(Files.readString(folder.resolve("estimate/stdout")))
                            .get("windows")
                    : JSON.createArrayNode();
        }
    }

    private void set(EmbeddedPlatform platform, String change) throws Exception {
        String unused =
                BelayProcess.succeed(
                        folder.resolve("set-" + change),
                        connected(platform, "noise", "set", "live/noisy", change));
    }

    private static String[] connected(EmbeddedPlatform platform, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", platform.bootstrapServers()));
        all.addAll(List.of("--registry", platform.registryUrl()));
        return all.toArray(String[]::new);
    }

    private String[] command(EmbeddedPlatform platform, Path file) {
        return connected(
                platform,
                "run",
                file.toString(),
                "--out",
                folder.resolve("out").toString(),
                "--data",
                folder.resolve("data").toString(),
                "--services",
                "embedded",
                "--set",
                "aggregator.windows=10s",
                "--set",
                "health.port=-1");
    }
}
