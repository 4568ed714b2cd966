package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.store.DirectoryStore;
import dev.belay.models.store.Provenance;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Models that can't be trained to their end: each FAILS with its reason, the others go on. */
@ExtendWith(Shared.class)
@Timeout(300)
class LostModelsIT {
    private static final String CROWD = "ext/crowd#0@1";
    private static final String OTHER = "ext/other#0@1";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int LABELS = 400;

    @Test
    void aModelWhoseLabelsWereDeletedFailsWithItsOffsetsAndNeverSkips() throws Exception {
        try (World world = new World(Shared.get(), "expired")) {
            // Given: one that has learned from labels of the crowd
            world.models().forEach(spec -> world.stop(spec.getId()));
            plan(world);
            write(world, CROWD, 0, 120, false);
            write(world, OTHER, 0, LABELS, true);
            ModelSpec begun = pupil("begun", CROWD, 320);
            world.add(List.of(begun));
            try (LocalTrainer trainer = trainer(world)) {
                await(world, begun, 4);
                assertEquals(List.of(), trainer.troubles());
            }
            world.catchUp();
            Checkpoint last = last(world, begun);
            // When: labels after these are deleted, and others learn too
            write(world, CROWD, 120, LABELS, true);
            TopicPartition lost =
                    new TopicPartition(world.clients().topics().labels(Grid.TASK, CROWD), 1);
            long first = end(world, lost) - 3;
            truncate(world, lost, first);
            ModelSpec late = pupil("late", CROWD, 320);
            ModelSpec endless = pupil("endless", CROWD, 0);
            ModelSpec fine = pupil("fine", OTHER, 320);
            world.add(List.of(late, endless, fine));
            try (LocalTrainer trainer = trainer(world)) {
                awaitState(world, State.FAILED, begun);
                awaitState(world, State.FAILED, late);
                awaitState(world, State.FINISHED, endless);
                awaitState(world, State.FINISHED, fine);
                assertEquals(List.of(), trainer.troubles());
            }
            // Then
            long wanted = last.getCursor().get(1).getOffset();
            requireReason(world, begun, lost, wanted, first);
            assertEquals(last.getNumber() + 1, last(world, begun).getNumber());
            assertEquals(last.getWeightsUri(), last(world, begun).getWeightsUri());
            requireReason(world, late, lost, 0, first);
            assertEquals(0, last(world, late).getExamplesSeen());
            assertEquals(320, last(world, fine).getExamplesSeen());
            // and what the endless one claims to have learned from begins where it began
            assertEquals(first, begins(world, endless, lost.partition()));
        }
    }

    @Test
    void aModelThatNoCheckpointCanHoldFailsOnceBeforeItLearns() throws Exception {
        try (World world = new World(Shared.get(), "large")) {
            // Given
            ModelSpec naive = Shared.get().grid().model("naive");
            ModelSpec wide =
                    ModelSpec.newBuilder(naive)
                            .setId("grid/wide#0@1")
                            .setModel("wide")
                            .setHead(new Head(HeadKind.MLP, 65_536))
                            .setCeiling(null)
                            .build();
            world.add(List.of(wide));
            // When
            try (LocalTrainer trainer = trainer(world)) {
                awaitState(world, State.FAILED, wide);
                awaitState(world, State.FINISHED, naive);
                assertEquals(List.of(), trainer.troubles());
            }
            // Then
            Checkpoint last = last(world, wide);
            assertEquals(1, last.getNumber());
            assertEquals("", last.getWeightsUri());
            String reason = String.valueOf(last.getReason());
            assertTrue(reason.contains("the training state of grid/wide#0@1"), reason);
            assertTrue(reason.contains("expected at most 2147483639"), reason);
        }
    }

    private static void requireReason(
            World world, ModelSpec spec, TopicPartition lost, long wanted, long first) {
        String reason = String.valueOf(last(world, spec).getReason());
        assertTrue(reason.contains("partition " + lost + ": offset " + wanted + " "), reason);
        assertTrue(reason.contains("the first available is " + first + " "), reason);
    }

    /** Where a model's first checkpoint says that it began in a partition. */
    private static long begins(World world, ModelSpec spec, int partition) throws Exception {
        for (String uri : History.read(world).checkpointsOf(spec).get(0).uris()) {
            if (uri.endsWith(".json")) {
                Path file = world.store().resolve(uri.substring("file:".length()));
                return Provenance.parse(Files.readAllBytes(file))
                        .labels()
                        .ranges()
                        .get(partition)
                        .from();
            }
        }
        throw new AssertionError("no provenance among the files of " + spec.getId());
    }

    private static LocalTrainer trainer(World world) {
        return new LocalTrainer(
                world, new DirectoryStore(world.store()), (step, model, number) -> {});
    }

    private static Checkpoint last(World world, ModelSpec spec) {
        Checkpoint last = world.last(spec.getId());
        if (last == null) {
            throw new AssertionError(spec.getId() + " has no checkpoint");
        }
        return last;
    }

    private static void await(World world, ModelSpec spec, long number) {
        Awaitility.await(spec.getId() + "@" + number)
                .atMost(SOON)
                .until(() -> world.number(spec.getId()) >= number);
    }

    private static void awaitState(World world, State state, ModelSpec spec) {
        Awaitility.await(spec.getId() + " " + state)
                .atMost(SOON)
                .until(
                        () ->
                                world.number(spec.getId()) > 0
                                        && last(world, spec).getState() == state);
    }

    private static ModelSpec pupil(String name, String supervisor, long budget) {
        ModelSpec spec = Shared.get().grid().model("naive");
        return ModelSpec.newBuilder(spec)
                .setId("ext/" + name + "#0@1")
                .setExperiment("ext")
                .setModel(name)
                .setSupervisor(supervisor)
                .setCeiling(null)
                .setBudget(budget)
                .build();
    }

    private static void plan(World world) {
        Topics topics = world.clients().topics();
        try (Admin admin = world.clients().admin()) {
            TopicPlan.forInstallation(world.clients().settings())
                    .withTask(
                            topics, Grid.TASK, Grid.PARTITIONS, Set.of(ModelId.TRUTH, CROWD, OTHER))
                    .apply(admin);
        }
    }

    private static void write(World world, String labeler, int from, int to, boolean end) {
        String topic = world.clients().topics().labels(Grid.TASK, labeler);
        var codec = world.clients().codec();
        try (Producer<byte[], byte[]> producer = world.clients().producer("expired." + labeler)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = from; i < to; i++) {
                String id = "row-" + i;
                Example example = EventFactory.example(id, Split.STUDENT, "word" + i % 50, 7L);
                Label label = EventFactory.label(example, labeler, 0L, List.of(0.25f, 0.75f));
                Future<?> unused = producer.send(codec.record(topic, null, id, label, 7));
            }
            for (int p = 0; p < Grid.PARTITIONS && end; p++) {
                Progress ended =
                        new Progress(
                                topic, p, labeler, 1L, Map.of(), null, 0L, true, null, List.of());
                Future<?> unused =
                        producer.send(
                                codec.record(
                                        world.clients().topics().progress(Grid.TASK),
                                        null,
                                        ProgressTable.key(topic, p, labeler),
                                        ended,
                                        7));
            }
            producer.commitTransaction();
        }
    }

    private static long end(World world, TopicPartition partition) {
        try (var consumer = world.clients().consumer(null, "ends")) {
            return Objects.requireNonNull(
                    consumer.endOffsets(Set.of(partition)).get(partition), "end offset");
        }
    }

    private static void truncate(World world, TopicPartition partition, long before)
            throws Exception {
        try (Admin admin = world.clients().admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        }
    }
}
