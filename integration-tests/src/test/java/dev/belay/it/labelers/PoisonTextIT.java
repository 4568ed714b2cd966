package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.models.network.Networks;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.CheckpointObserver.Step;
import dev.belay.trainers.fleet.TrainerService;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encoders that fail on some texts: of the supervisor's examples, the students', the holdout. */
@Timeout(180)
class PoisonTextIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int EXAMPLES = 400;
    private static final int HOLDOUT = 40;
    private static final String BOW = Models.id("bow");
    private static final String CONF = Models.id("conf");

    /** The same as {@link #CONF}, but its trainer fails in the middle of a transaction. */
    private static final String TWIN = Models.id("twin");

    @TempDir Path data;
    private EmbeddedPlatform platform;
    private TaskOnBroker task;
    private Topics topics;

    @BeforeEach
    void start() {
        platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
        task =
                new TaskOnBroker(
                        platform.bootstrapServers(),
                        new MockSchemaRegistryClient(),
                        data.resolve("store").toString(),
                        List.of(ModelId.TRUTH, BOW));
        topics = task.clients.topics();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void theyAreDeadLettersOnceAndAllElseIsLabelledLearnedAndSwept() {
        // Given: "poison" fails for all models, "bitter" for the students only
        examples();
        task.end(
                topics.examples(TaskOnBroker.TASK),
                topics.truth(TaskOnBroker.TASK),
                topics.holdout(TaskOnBroker.TASK));
        Map<String, FakeTexts> encoders =
                Map.of(
                        "lenient", FakeTexts.failingOn("lenient", List.of("poison")),
                        "picky", FakeTexts.failingOn("picky", List.of("poison", "bitter")));
        Networks networks =
                new Networks(
                        ref ->
                                encoders.getOrDefault(
                                        ref.name(), FakeTexts.failingOn(ref.name(), List.of())),
                        Device.CPU);
        task.write(
                "user",
                topics.models(),
                List.of(
                        Map.entry(BOW, spec("bow", "lenient", ModelId.TRUTH, Split.SUPERVISOR)),
                        Map.entry(CONF, spec("conf", "picky", BOW, Split.STUDENT)),
                        Map.entry(TWIN, spec("twin", "picky", BOW, Split.STUDENT))));
        DirectoryStore store = new DirectoryStore(data.resolve("store"));
        Clients clients = task.instance("one");
        AtomicBoolean failed = new AtomicBoolean();
        var trainer =
                new TrainerService(
                        clients,
                        store,
                        networks,
                        EnumSet.allOf(TrainerService.Group.class),
                        (step, model, number) -> {
                            if (model.equals(TWIN)
                                    && step == Step.SENT
                                    && number == 2
                                    && failed.compareAndSet(false, true)) {
                                throw new IllegalStateException("dies in its transaction");
                            }
                        });
        var evaluator = new Evaluator(clients, store, networks);
        // When
        try (ServiceGroup services =
                ServiceGroup.start(
                        List.of(
                                new TruthLabelingService(clients),
                                new ModelLabelingService(clients, store, networks),
                                evaluator,
                                trainer))) {
            // Then all of them finish
            await().atMost(SOON).until(() -> finished().equals(Set.of(BOW, CONF, TWIN)));
            long checkpoints = checkpoints().size();
            await().atMost(SOON).until(() -> evaluator.sweeps() == checkpoints);
            assertNull(services.failure());
            assertEquals(List.of(), trainer.troubles());
            assertTrue(failed.get());
        }
        Set<String> clean = ids(Split.STUDENT, text -> !isPoison(text) && !isBitter(text));
        assertEquals(
                ids(Split.SUPERVISOR, text -> !isPoison(text)), predicted(BOW, trainerPhase(BOW)));
        assertEquals(clean, predicted(CONF, trainerPhase(CONF)));
        for (Checkpoint last : checkpoints()) {
            if (last.getState() == State.FINISHED && !last.getModel().equals(BOW)) {
                assertEquals(clean.size(), last.getExamplesSeen(), last.getModel());
            }
        }
        // and the trainer that failed has learned the same, bit for bit
        Map<String, float[]> undisturbed = progressive(CONF);
        Map<String, float[]> disturbed = progressive(TWIN);
        assertEquals(undisturbed.keySet(), disturbed.keySet());
        undisturbed.forEach((id, p) -> assertArrayEquals(p, disturbed.get(id), id));
        // and each example is a dead letter once of each model that meets it
        Map<String, Integer> expected = new TreeMap<>();
        add(expected, "trainer", BOW, ids(Split.SUPERVISOR, this::isPoison));
        add(expected, "labeler-models", BOW, ids(Split.STUDENT, this::isPoison));
        for (String student : List.of(CONF, TWIN)) {
            add(
                    expected,
                    "trainer",
                    student,
                    ids(Split.STUDENT, text -> isBitter(text) && !isPoison(text)));
            add(
                    expected,
                    "evaluator",
                    student,
                    ids(Split.HOLDOUT, text -> isPoison(text) || isBitter(text)));
        }
        add(expected, "evaluator", BOW, ids(Split.HOLDOUT, this::isPoison));
        assertEquals(expected, letters());
        // and sweeps say how many rows they have
        for (PredictionBlock block : blocks()) {
            if (block.getPhase() == Phase.HOLDOUT) {
                boolean supervisor = block.getModel().equals(BOW);
                assertEquals(
                        ids(
                                        Split.HOLDOUT,
                                        text -> !isPoison(text) && (supervisor || !isBitter(text)))
                                .size(),
                        block.getSweepRows());
            }
        }
    }

    private static ModelSpec spec(String model, String encoder, String supervisor, Split split) {
        return ModelSpec.newBuilder(Models.spec(model, encoder, supervisor, split))
                .setBudget(EXAMPLES / 2)
                .setMicroEpoch(32)
                .build();
    }

    private final Map<String, Example> written = new HashMap<>();

    private void examples() {
        List<Map.Entry<String, Example>> examples = new ArrayList<>();
        for (int i = 0; i < EXAMPLES; i++) {
            Split split = i % 2 == 0 ? Split.STUDENT : Split.SUPERVISOR;
            examples.add(example("ex-" + i, split, i));
        }
        task.write(TaskOnBroker.TASK + ".producer", topics.examples(TaskOnBroker.TASK), examples);
        task.truth(0, EXAMPLES);
        List<Map.Entry<String, Example>> holdout = new ArrayList<>();
        for (int i = 0; i < HOLDOUT; i++) {
            holdout.add(example("held-" + i, Split.HOLDOUT, i));
        }
        task.write(TaskOnBroker.TASK + ".producer", topics.holdout(TaskOnBroker.TASK), holdout);
    }

    private Map.Entry<String, Example> example(String id, Split split, int i) {
        String text =
                (i % 23 == 0 || i % 23 == 1 ? "poison " : "")
                        + (i % 17 == 2 || i % 17 == 3 ? "bitter " : "")
                        + "text "
                        + i;
        Example example = EventFactory.example(id, split, text, 7L);
        written.put(id, example);
        return Map.entry(id, example);
    }

    private boolean isPoison(String text) {
        return text.contains("poison");
    }

    private boolean isBitter(String text) {
        return text.contains("bitter");
    }

    private Set<String> ids(Split split, java.util.function.Predicate<String> which) {
        Set<String> ids = new TreeSet<>();
        for (Example example : written.values()) {
            if (example.getSplit() == split && which.test(example.getText())) {
                ids.add(example.getId());
            }
        }
        return ids;
    }

    private Set<String> finished() {
        Set<String> finished = new TreeSet<>();
        for (Checkpoint checkpoint : checkpoints()) {
            if (checkpoint.getState() == State.FINISHED) {
                finished.add(checkpoint.getModel());
            }
        }
        return finished;
    }

    private List<Checkpoint> checkpoints() {
        return task.read(topics.checkpoints(), Checkpoint.class).stream()
                .map(TaskOnBroker.Found::event)
                .toList();
    }

    private List<PredictionBlock> blocks() {
        return task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class).stream()
                .map(TaskOnBroker.Found::event)
                .toList();
    }

    /** Checkpoints by which a model's trainer, not its labeler, has predicted. */
    private Set<Long> trainerPhase(String model) {
        Set<Long> numbers = new TreeSet<>();
        for (Checkpoint checkpoint : checkpoints()) {
            if (checkpoint.getModel().equals(model)) {
                numbers.add(checkpoint.getNumber() - 1);
            }
        }
        return numbers;
    }

    /** Examples of the stream predicted by these checkpoints, each once. */
    private Set<String> predicted(String model, Set<Long> checkpoints) {
        List<String> ids = new ArrayList<>();
        for (PredictionBlock block : blocks()) {
            if (block.getPhase() == Phase.PROGRESSIVE
                    && block.getModel().equals(model)
                    && checkpoints.contains(block.getCheckpoint())) {
                ids.addAll(block.getIds());
            }
        }
        Set<String> once = new TreeSet<>(ids);
        assertEquals(once.size(), ids.size());
        return once;
    }

    private Map<String, float[]> progressive(String model) {
        Map<String, float[]> rows = new TreeMap<>();
        for (PredictionBlock block : blocks()) {
            if (block.getPhase() == Phase.PROGRESSIVE && block.getModel().equals(model)) {
                for (int i = 0; i < block.getIds().size(); i++) {
                    rows.put(
                            block.getIds().get(i),
                            new float[] {
                                block.getProbabilities().get(2 * i),
                                block.getProbabilities().get(2 * i + 1)
                            });
                }
            }
        }
        return rows;
    }

    private static void add(
            Map<String, Integer> expected, String service, String model, Set<String> ids) {
        ids.forEach(id -> expected.put(service + " " + model + " " + id, 1));
    }

    /** How often each example is a dead letter, by service and model. */
    private Map<String, Integer> letters() {
        Map<String, Integer> letters = new TreeMap<>();
        try (Consumer<byte[], byte[]> consumer = task.clients.consumer(null, "letters")) {
            TopicPartition only = new TopicPartition(topics.deadLetters(), 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            while (consumer.position(only) < end) {
                for (var letter : consumer.poll(Duration.ofMillis(100))) {
                    String what =
                            header(letter, "belay.service")
                                    + " "
                                    + header(letter, "belay.model")
                                    + " "
                                    + new String(letter.key(), StandardCharsets.UTF_8);
                    assertTrue(header(letter, "belay.reason").contains("no tokens for"), what);
                    letters.merge(what, 1, Integer::sum);
                }
            }
        }
        return letters;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
