package dev.belay.it.platform;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicDifference;
import dev.belay.runtime.topics.TopicPlan;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TopicRetentionIT {
    private static final String WEEK = "604800000";

    @TempDir Path data;

    @Test
    void missingTopicsGetThePlansRetentionAndThatOfExistingOnesIsOnlyLengthened() throws Exception {
        try (var platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {})) {
            Settings settings =
                    Settings.of(
                            Map.of(
                                    "kafka.bootstrap.servers",
                                    platform.bootstrapServers(),
                                    "topics.replication",
                                    "1",
                                    "topics.rename.t.predictions",
                                    "theirs"));
            try (Admin admin = admin(settings)) {
                // Given: a broker that deletes after a week, and three topics
                set(admin, new ConfigResource(ConfigResource.Type.BROKER, ""), "log.retention.ms");
                create(admin, "belay.t.examples", Map.of());
                create(admin, "belay.t.labels.truth", Map.of("retention.ms", "1000000"));
                create(admin, "theirs", Map.of());
                // When, Then
                TopicPlan plan = plan(settings);
                var labels =
                        new TopicDifference(
                                "belay.t.labels.truth", "retention.ms", "1000000", "-1", true);
                var theirs = new TopicDifference("theirs", "retention.ms", WEEK, "-1", false);
                var examples =
                        new TopicDifference("belay.t.examples", "retention.ms", WEEK, "-1", false);
                await().until(() -> plan.differences(admin).size() == 3); // the broker knows all
                assertEquals(List.of(examples, theirs, labels), plan.differences(admin));
                plan.apply(admin);
                // the broker answers before it has applied what its controller has written
                await().untilAsserted(
                                () ->
                                        assertEquals(
                                                List.of(theirs, labels), plan.differences(admin)));
                assertEquals("-1", retention(admin, "belay.t.examples"));
                assertEquals("-1", retention(admin, "belay.t.labels.exp.bow.0"));
                // and nothing is shortened
                Settings day = settings.with(Map.of("topics.retention", "1d"));
                plan(day).apply(admin);
                assertEquals("-1", retention(admin, "belay.t.examples"));
                assertEquals(WEEK, retention(admin, "theirs"));
                assertEquals(
                        Optional.of(
                                "topic belay.t.examples: retention.ms is -1, planned is 86400000"),
                        plan(day).differences(admin).stream()
                                .map(String::valueOf)
                                .filter(text -> text.contains("examples"))
                                .findFirst());
            }
        }
    }

    private static TopicPlan plan(Settings settings) {
        return TopicPlan.forInstallation(settings)
                .withTask(settings.topics(), "t", 4, List.of("truth", "exp/bow#0@1"));
    }

    private static Admin admin(Settings settings) {
        return new Clients(settings, new SimpleMeterRegistry(), new MockSchemaRegistryClient())
                .admin();
    }

    private static void create(Admin admin, String name, Map<String, String> config)
            throws Exception {
        admin.createTopics(List.of(new NewTopic(name, 4, (short) 1).configs(config))).all().get();
    }

    private static void set(Admin admin, ConfigResource broker, String key) throws Exception {
        AlterConfigOp week =
                new AlterConfigOp(new ConfigEntry(key, WEEK), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(broker, List.of(week))).all().get();
    }

    private static String retention(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        return Objects.requireNonNull(config, topic).get("retention.ms").value();
    }
}
