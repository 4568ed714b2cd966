package dev.belay.cli.run;

import dev.belay.cli.experiment.Experiment;
import dev.belay.producers.dataset.DataSet;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * Registers an experiment: creates its topics and writes its models' specs. The same experiment
 * again is the same run; a changed one, or {@code --fresh}, is a new run.
 */
public final class ExperimentRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(ExperimentRegistration.class);
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    /**
     * The registered run.
     *
     * @param isOld whether it was registered before
     * @param stopped ids of models that the experiment no longer has, by order of their names
     */
    public record Run(List<ModelSpec> specs, int number, boolean isOld, List<String> stopped) {}

    private final Clients clients;
    private final Experiment experiment;
    private final @Nullable DataSet data;

    /**
     * @param data null: the source has no end
     */
    public ExperimentRegistration(Clients clients, Experiment experiment, @Nullable DataSet data) {
        this.clients = clients;
        this.experiment = experiment;
        this.data = data;
    }

    /**
     * Returns the run, after writing the specs that are missing.
     *
     * @param fresh whether to start a new run in any case
     * @throws IllegalStateException when existing topics have another number of partitions
     */
    public Run make(boolean fresh) {
        int partitions = clients.settings().taskPartitions();
        try (Admin admin = clients.admin()) {
            // before anything is made: whether what is there already fits
            List<ModelSpec> specs = resolve(partitions, 0);
            plan(specs).missing(admin);
            // first those whose names need no spec, so that the table of models can be read
            TopicPlan.forInstallation(clients.settings()).apply(admin);
            EarlierRuns past = past();
            Map<String, ModelSpec> before = past.specs();
            int run = past.run(specs, fresh);
            specs = past.keepHashes(run == 0 ? specs : resolve(partitions, run), run);
            plan(specs).apply(admin);
            List<String> stopped = noLonger(specs, before);
            write(specs, before, stopped);
            return new Run(
                    specs,
                    run,
                    specs.stream().allMatch(s -> before.containsKey(s.getId())),
                    stopped);
        }
    }

    private List<ModelSpec> resolve(int partitions, int run) {
        return experiment.resolve(data, partitions, run, clients.settings().encoders());
    }

    private TopicPlan plan(List<ModelSpec> specs) {
        return TopicPlan.forInstallation(clients.settings())
                .withTask(
                        clients.topics(),
                        experiment.task(),
                        clients.settings().taskPartitions(),
                        labelers(specs));
    }

    /** Earlier runs of this experiment, stopped models included as far as known. */
    private EarlierRuns past() {
        Map<String, ModelSpec> specs = new HashMap<>();
        Map<String, String> hashes = new HashMap<>();
        Set<String> stopped = new HashSet<>();
        try (ModelTable models = new ModelTable(clients);
                var checkpoints =
                        new TopicTable<>(
                                clients, clients.topics().checkpoints(), Checkpoint.class)) {
            models.catchUp(CATCH_UP);
            checkpoints.catchUp(CATCH_UP);
            String ours = experiment.name() + "/";
            models.all()
                    .forEach(
                            (id, spec) -> {
                                if (id.startsWith(ours)) {
                                    specs.put(id, spec);
                                }
                            });
            models.stopped().stream().filter(id -> id.startsWith(ours)).forEach(stopped::add);
            checkpoints
                    .all()
                    .forEach(
                            (id, checkpoint) -> {
                                if (id.startsWith(ours)) {
                                    hashes.put(id, checkpoint.getSpecHash());
                                }
                            });
        }
        return new EarlierRuns(specs, hashes, stopped);
    }

    private static Set<String> labelers(List<ModelSpec> specs) {
        Set<String> labelers = new HashSet<>(Set.of(ModelId.TRUTH));
        specs.forEach(spec -> labelers.add(spec.getSupervisor()));
        return labelers;
    }

    private static List<String> noLonger(List<ModelSpec> specs, Map<String, ModelSpec> before) {
        Set<String> names = new HashSet<>();
        specs.forEach(spec -> names.add(spec.getModel() + "#" + spec.getSeed()));
        return before.values().stream()
                .filter(old -> !names.contains(old.getModel() + "#" + old.getSeed()))
                .map(ModelSpec::getId)
                .sorted()
                .toList();
    }

    /**
     * One transaction: the specs that are new, and an end to models that the experiment no longer
     * has.
     */
    private void write(List<ModelSpec> specs, Map<String, ModelSpec> before, List<String> stopped) {
        Topics topics = clients.topics();
        try (Producer<byte[], byte[]> producer =
                clients.producer(topics.prefix() + "experiment." + experiment.name())) {
            producer.initTransactions();
            producer.beginTransaction();
            long now = System.currentTimeMillis();
            for (ModelSpec spec : specs) {
                if (!spec.equals(before.get(spec.getId()))) {
                    Future<?> unused =
                            producer.send(
                                    clients.codec()
                                            .record(
                                                    topics.models(),
                                                    null,
                                                    spec.getId(),
                                                    spec,
                                                    now));
                }
            }
            for (String old : stopped) {
                LOG.info("stopping {}: the experiment no longer has it", old);
                Future<?> unused =
                        producer.send(
                                clients.codec().record(topics.models(), null, old, null, now));
            }
            producer.commitTransaction(); // throws what a send has failed with
        }
    }
}
