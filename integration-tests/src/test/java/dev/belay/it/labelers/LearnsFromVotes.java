package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.dawidskene.DawidSkeneSettings;
import dev.belay.labelers.records.StateTable;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A labeler that learns from the votes of three others, on four partitions. */
abstract class LearnsFromVotes {
    static final String DS = Models.id("ds");
    static final String GROUP = "belay.exp.ds.0.1.labeler";
    static final Duration SOON = Duration.ofSeconds(90);
    static final Map<String, String> PARAMETERS = Map.of("warm-up", "200");
    static final DawidSkeneSettings SETTINGS =
            new DawidSkeneSettings(
                    2,
                    Voters.IDS,
                    DawidSkeneSettings.Model.FULL,
                    DawidSkeneSettings.Abstentions.IGNORED,
                    List.of(.5, .5),
                    1,
                    4,
                    1,
                    200);

    @TempDir Path data;
    EmbeddedPlatform platform;
    TaskOnBroker task;
    Voters voters;
    Topics topics;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
        var registry =
                new CachedSchemaRegistryClient(
                        new RestService(platform.registryUrl()),
                        100,
                        List.of(new AvroSchemaProvider()),
                        Map.of(),
                        Map.of());
        List<String> labelers = new ArrayList<>(Voters.IDS);
        labelers.add(DS);
        labelers.add(ModelId.TRUTH);
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        registry,
                        data.resolve("store").toString(),
                        labelers);
        topics = task.clients.topics();
        voters = new Voters(task);
        var student = Models.spec("student", "hashing", DS, Split.STUDENT); // of a finite stream
        task.write("user", topics.models(), List.of(Map.entry(student.getId(), student)));
        declare();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private void declare() {
        LabelerSpec spec =
                LabelerSpec.newBuilder()
                        .setId(DS)
                        .setVersion(0)
                        .setTask(TaskOnBroker.TASK)
                        .setClasses(List.of("no", "yes"))
                        .setPartitions(TaskOnBroker.PARTITIONS)
                        .setMethod(new Method("dawid-skene", PARAMETERS))
                        .setSources(Voters.IDS)
                        .setSpecHash("hash")
                        .setEventTimeMs(1)
                        .build();
        task.write("user", topics.labelers(), List.of(Map.entry(DS, spec)));
    }

    void end() {
        task.end(topics.examples(TaskOnBroker.TASK));
        voters.end();
    }

    void awaitEnd() {
        String labels = topics.labels(TaskOnBroker.TASK, DS);
        try (var progress = new ProgressTable(task.clients, TaskOnBroker.TASK)) {
            await().atMost(SOON)
                    .until(
                            () -> {
                                progress.poll(Duration.ZERO);
                                for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
                                    if (progress.total(labels, p, DS) < 0) {
                                        return false;
                                    }
                                }
                                return true;
                            });
        }
    }

    /** Labels and state are those of the recount, bit for bit. */
    void assertRecount() {
        Voters.Recount expected = voters.recount(SETTINGS);
        assertEquals(expected.byPartition(), labels());
        assertTrue(expected.byPartition().size() == TaskOnBroker.PARTITIONS);
        assertArrayEquals(expected.state(), StateTable.bytes(state()));
        assertTrue(
                new HashSet<>(expected.byPartition().values().stream().map(List::size).toList())
                                .size()
                        > 1,
                "partitions of one length");
    }

    Map<Integer, List<String>> labels() {
        Map<Integer, List<String>> all = new TreeMap<>();
        for (var found : task.read(topics.labels(TaskOnBroker.TASK, DS), Label.class)) {
            Label label = found.event();
            all.computeIfAbsent(found.partition(), p -> new ArrayList<>())
                    .add(Voters.text(label.getExample().getId(), label.getProbabilities()));
        }
        return all;
    }

    LabelerState state() {
        LabelerState last = null;
        for (var found : task.read(topics.labelerStates(), LabelerState.class)) {
            last = found.event();
        }
        assertNotNull(last);
        return Objects.requireNonNull(last);
    }
}
