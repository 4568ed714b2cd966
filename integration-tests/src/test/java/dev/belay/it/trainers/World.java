package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.experiment.PlainReader;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.models.store.DirectoryStore;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * One installation of Belay on the shared broker: under a prefix of its own, with its own store,
 * its data, the models of seed 0 and {@code labels.truth} written by the real services before it is
 * handed out, and a labeler that goes on undisturbed. Only trainers are the test's to start.
 * Belongs to one thread.
 */
final class World implements AutoCloseable {
    static final Duration LIMIT = Duration.ofMinutes(4);

    /** Checkpoints that have to be left while more is to happen to the trainers. */
    private static final int ENOUGH = 80;

    private final Shared.Installation installation;
    private final String name;
    private final Path store;
    private final Clients clients;
    private final ServiceGroup labelers;
    private final TopicTable<Checkpoint> checkpoints;
    private int seeds = 1;

    World(Shared.Installation installation, String name) throws IOException {
        this(installation, name, installation.folder().resolve(name));
    }

    /**
     * @param name also the topics' prefix
     * @param store where its checkpoints are kept
     */
    World(Shared.Installation installation, String name, Path store) {
        this.installation = installation;
        this.name = name;
        this.store = store;
        this.clients = clients("test");
        Grid grid = installation.grid();
        Set<String> labelled = new TreeSet<>();
        grid.specs().forEach(seed -> seed.forEach(spec -> labelled.add(spec.getSupervisor())));
        try (Admin admin = clients.admin()) {
            TopicPlan.forInstallation(clients.settings())
                    .withTask(clients.topics(), Grid.TASK, Grid.PARTITIONS, labelled)
                    .apply(admin);
        }
        add(grid.seeds(1)); // truth is joined for tasks that have models
        produce(grid);
        labelers =
                ServiceGroup.start(
                        List.of(new ModelLabelingService(clients, new DirectoryStore(store))));
        checkpoints = new TopicTable<>(clients, clients.topics().checkpoints(), Checkpoint.class);
    }

    private void produce(Grid grid) {
        ProducerService producer =
                new ProducerService(
                        clients, ProducerConfig.of(Grid.TASK), grid.data(), (done, total) -> {});
        try (ServiceGroup services =
                        ServiceGroup.start(List.of(producer, new TruthLabelingService(clients)));
                ProgressTable progress = new ProgressTable(clients, Grid.TASK)) {
            String truth = clients.topics().labels(Grid.TASK, ModelId.TRUTH);
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                progress.poll(Duration.ofMillis(100));
                                assertNull(services.failure());
                                return producer.complete()
                                        && progress.ended(truth, Grid.PARTITIONS);
                            });
        }
    }

    String name() {
        return name;
    }

    Path store() {
        return store;
    }

    /** A client's settings, as a process of this instance's name has them. */
    Map<String, String> settings(String instance) {
        return Map.of(
                "kafka.bootstrap.servers",
                installation.platform().bootstrapServers(),
                "registry.url",
                installation.platform().registryUrl(),
                "topics.prefix",
                name + ".",
                "topics.replication",
                "1",
                "store",
                store.toString(),
                "cache",
                installation.folder().resolve("cache").toString(),
                "device",
                "cpu",
                "instance",
                instance);
    }

    Clients clients(String instance) {
        return new Clients(Settings.of(settings(instance)), new SimpleMeterRegistry());
    }

    Clients clients() {
        return clients;
    }

    PlainReader reader() {
        return new PlainReader(
                installation.platform().bootstrapServers(), installation.platform().registryUrl());
    }

    TrainerProcess trainer(String instance, Harm harm) throws IOException {
        return TrainerProcess.start(settings(instance), harm);
    }

    /** A user adds models. */
    void add(Collection<ModelSpec> specs) {
        Map<String, @Nullable ModelSpec> all = new HashMap<>();
        specs.forEach(spec -> all.put(spec.getId(), spec));
        write(all);
    }

    /** A user stops a model. */
    void stop(String model) {
        Map<String, @Nullable ModelSpec> one = new HashMap<>();
        one.put(model, null);
        write(one);
    }

    private void write(Map<String, @Nullable ModelSpec> specs) {
        try (Producer<byte[], byte[]> user = clients.producer(name + ".user")) {
            user.initTransactions();
            user.beginTransaction();
            specs.forEach(
                    (id, spec) -> {
                        Future<?> unused =
                                user.send(
                                        clients.codec()
                                                .record(
                                                        clients.topics().models(),
                                                        null,
                                                        id,
                                                        spec,
                                                        System.currentTimeMillis()));
                    });
            user.commitTransaction();
        }
    }

    /** Reads up to what is committed now. */
    void catchUp() {
        checkpoints.catchUp(Duration.ofSeconds(30));
    }

    /** Number of a model's last committed checkpoint, 0 before the first. */
    long number(String model) {
        checkpoints.poll(Duration.ZERO);
        Checkpoint last = checkpoints.get(model);
        return last == null ? 0 : last.getNumber();
    }

    /** A model's last committed checkpoint, as far as {@link #number} has read. */
    @Nullable Checkpoint last(String model) {
        return checkpoints.get(model);
    }

    /** Committed checkpoints of these models. */
    long committed(Collection<ModelSpec> specs) {
        return specs.stream().mapToLong(spec -> number(spec.getId())).sum();
    }

    boolean isOver(Collection<ModelSpec> specs) {
        checkpoints.poll(Duration.ZERO);
        return specs.stream()
                .allMatch(
                        spec -> {
                            Checkpoint last = checkpoints.get(spec.getId());
                            return last != null && last.getState() == State.FINISHED;
                        });
    }

    /** All models there are so far, of the first so many seeds. */
    List<ModelSpec> models() {
        return installation.grid().seeds(seeds);
    }

    int seeds() {
        return seeds;
    }

    /** Checkpoints that all models together will have made. */
    long total() {
        return models().stream().mapToLong(Grid::checkpoints).sum();
    }

    /** A user adds the models of another seed when few checkpoints are left to be made. */
    void keepBusy() {
        failIfTheLabelerDid();
        if (total() - committed(models()) < ENOUGH && seeds < Grid.SEEDS) {
            add(installation.grid().specs().get(seeds));
            seeds++;
        }
    }

    /** Waits until all of them are FINISHED; each of the trainers has to stay alive. */
    void awaitOver(Collection<ModelSpec> specs, List<TrainerProcess> trainers) {
        Awaitility.await("all FINISHED")
                .atMost(LIMIT)
                .until(
                        () -> {
                            trainers.forEach(t -> assertTrue(t.isAlive(), t::lastWords));
                            failIfTheLabelerDid();
                            return isOver(specs);
                        });
    }

    /** URIs of all files in the store. */
    Set<String> files() throws IOException {
        try (var files = Files.walk(store)) {
            Set<String> uris = new TreeSet<>();
            files.filter(Files::isRegularFile)
                    .forEach(file -> uris.add("file:" + store.relativize(file)));
            return uris;
        }
    }

    private void failIfTheLabelerDid() {
        assertNull(labelers.failure());
    }

    @Override
    public void close() {
        checkpoints.close();
        labelers.close();
    }
}
