package dev.belay.cli.run;

import dev.belay.cli.experiment.Experiment;
import dev.belay.labelers.api.Labelers;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataException;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
     * @param labelers those that are not trained models, each in its newest version
     * @param isOld whether the same run was registered before
     * @param stopped ids, sorted, of models and labelers that the experiment no longer has
     */
    public record Run(
            List<ModelSpec> specs,
            List<LabelerSpec> labelers,
            int number,
            boolean isOld,
            List<String> stopped) {}

    /** Effect of a changed labeler in an experiment whose models are unchanged. */
    public enum Changed {
        /** A new run: all of its labels are by the changed labeler. */
        NEW_RUN,
        /** A new version in the same run: it labels from now on. */
        NEW_VERSION
    }

    private final Clients clients;
    private final Experiment experiment;
    private final @Nullable DataSet data;
    private final Map<String, LabelerSpec> known = new HashMap<>(); // labelers, by id

    /** Partitions of specs and of their tombstones, by id; see {@link TopicTable#partitions}. */
    private final Map<String, Set<Integer>> partitions = new HashMap<>();

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
     * @param changed what a changed labeler means
     * @throws IllegalStateException when existing topics have another number of partitions
     * @throws DataException when other rows were written under this task's name
     */
    public Run make(boolean fresh, Changed changed) {
        int partitions = clients.settings().taskPartitions();
        try (Admin admin = clients.admin()) {
            // before anything is made: whether what is there already fits
            List<ModelSpec> specs = resolve(partitions, 0);
            List<TopicPlan.Topic> missing = plan().missing(admin);
            String progress = clients.topics().progress(experiment.task());
            if (missing.stream().noneMatch(topic -> topic.name().equals(progress))) {
                producer().requireSameSource();
            }
            // first those whose names need no spec, so that the table of models can be read
            TopicPlan.forInstallation(clients.settings()).apply(admin);
            EarlierRuns past = past();
            Map<String, ModelSpec> before = past.specs();
            specs = pinned(specs);
            int run = run(specs, past, fresh, changed);
            specs = past.keepHashes(run == 0 ? specs : pinned(resolve(partitions, run)), run);
            TopicPlan plan = plan();
            plan.apply(admin);
            if (clients.settings().registersSchemas()) {
                plan.declareSchemas(clients.codec()); // for other programs that write first
            }
            List<LabelerSpec> labelers = versions(run);
            List<String> stopped = noLonger(specs, labelers, before);
            boolean isOld =
                    specs.stream().allMatch(s -> before.containsKey(s.getId()))
                            && labelers.stream().allMatch(l -> l.equals(known.get(l.getId())));
            write(specs, labelers, before, stopped);
            return new Run(specs, labelers, run, isOld, stopped);
        }
    }

    private ProducerService producer() {
        return new ProducerService(
                clients,
                ProducerConfig.of(experiment.task()),
                experiment.source(clients, data),
                (done, total) -> {});
    }

    private int run(List<ModelSpec> specs, EarlierRuns past, boolean fresh, Changed changed) {
        // a stopped labeler's version is lost with its spec, so it can't continue in its run
        boolean versionUnknown =
                past.newest() >= 0
                        && declared(past.newest()).stream()
                                .anyMatch(labeler -> past.stopped().contains(labeler.getId()));
        List<ModelSpec> all = new ArrayList<>(specs);
        Set<String> labelers = new HashSet<>();
        for (LabelerSpec labeler : declared(Math.max(0, past.newest()))) {
            ModelSpec model = LabelerSpecs.asModel(labeler);
            all.add(model);
            LabelerSpec before = known.get(labeler.getId());
            // a labeler with other sources can't resume: its offsets are those of the old sources;
            // nor can one that begins to learn, or ends to: its group has one owner, or many
            if (before == null
                    || (before.getSources().equals(labeler.getSources())
                            && learns(before) == learns(labeler))) {
                labelers.add(model.getModel() + "#" + model.getSeed());
            }
        }
        return past.run(
                all, fresh || versionUnknown, changed == Changed.NEW_VERSION ? labelers : Set.of());
    }

    private static boolean learns(LabelerSpec labeler) {
        return Labelers.learns(labeler.getMethod().getName());
    }

    private List<LabelerSpec> declared(int run) {
        return experiment.labelerSpecs(
                clients.settings().taskPartitions(), run, System.currentTimeMillis());
    }

    /** The labelers of a run: the registered version if it is unchanged, else the next version. */
    private List<LabelerSpec> versions(int run) {
        return declared(run).stream()
                .map(
                        labeler -> {
                            LabelerSpec before = known.get(labeler.getId());
                            if (before == null) {
                                return labeler;
                            }
                            return before.getSpecHash().equals(labeler.getSpecHash())
                                    ? before
                                    : LabelerSpec.newBuilder(labeler)
                                            .setVersion(before.getVersion() + 1)
                                            .build();
                        })
                .toList();
    }

    private List<ModelSpec> resolve(int partitions, int run) {
        return experiment.resolve(data, partitions, run, clients.settings().encoders());
    }

    private List<ModelSpec> pinned(List<ModelSpec> specs) {
        return experiment.startsFromOthers()
                ? experiment.pinned(
                        specs, InitialModels.read(clients, CATCH_UP), clients.settings().encoders())
                : specs;
    }

    private TopicPlan plan() {
        return experiment.topics(clients.settings());
    }

    /** Earlier runs of this experiment, stopped models included if a checkpoint remains. */
    private EarlierRuns past() {
        Map<String, ModelSpec> specs = new HashMap<>();
        Map<String, String> hashes = new HashMap<>();
        Set<String> stopped = new HashSet<>();
        try (Admin admin = clients.admin();
                ModelTable models = new ModelTable(clients);
                LabelerTable labelers = new LabelerTable(clients);
                var checkpoints =
                        new TopicTable<>(
                                clients, clients.topics().checkpoints(), Checkpoint.class)) {
            // 'models stop' may have ended before the broker completed its transaction
            models.catchUpPastOpenTransactions(admin, CATCH_UP);
            labelers.catchUpPastOpenTransactions(admin, CATCH_UP);
            checkpoints.catchUp(CATCH_UP);
            specs.putAll(models.all());
            stopped.addAll(models.stopped());
            known.putAll(labelers.all());
            for (Set<String> ids : List.of(models.all().keySet(), models.stopped())) {
                ids.forEach(id -> partitions.put(id, models.partitions(id)));
            }
            for (Set<String> ids : List.of(labelers.all().keySet(), labelers.stopped())) {
                ids.forEach(id -> partitions.put(id, labelers.partitions(id)));
            }
            known.forEach((id, labeler) -> specs.put(id, LabelerSpecs.asModel(labeler)));
            stopped.addAll(labelers.stopped());
            checkpoints.all().forEach((id, last) -> hashes.put(id, last.getSpecHash()));
        }
        String ours = experiment.name() + "/";
        for (Set<String> ids : List.of(specs.keySet(), known.keySet(), hashes.keySet(), stopped)) {
            ids.removeIf(id -> !id.startsWith(ours));
        }
        return new EarlierRuns(specs, hashes, stopped);
    }

    private static List<String> noLonger(
            List<ModelSpec> specs, List<LabelerSpec> labelers, Map<String, ModelSpec> before) {
        Set<String> names = new HashSet<>();
        labelers.stream()
                .map(LabelerSpecs::asModel)
                .forEach(spec -> names.add(spec.getModel() + "#" + spec.getSeed()));
        specs.forEach(spec -> names.add(spec.getModel() + "#" + spec.getSeed()));
        return before.values().stream()
                .filter(old -> !names.contains(old.getModel() + "#" + old.getSeed()))
                .map(ModelSpec::getId)
                .sorted()
                .toList();
    }

    /**
     * Writes, in one transaction, the specs that are new and tombstones of models and labelers that
     * the experiment no longer has.
     */
    private void write(
            List<ModelSpec> specs,
            List<LabelerSpec> labelers,
            Map<String, ModelSpec> before,
            List<String> stopped) {
        Topics topics = clients.topics();
        long now = System.currentTimeMillis();
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        for (LabelerSpec spec : labelers) {
            if (!spec.equals(known.get(spec.getId()))) {
                records.add(spec(topics.labelers(), spec.getId(), spec, now));
            }
        }
        for (ModelSpec spec : specs) {
            if (!spec.equals(before.get(spec.getId()))) {
                records.add(spec(topics.models(), spec.getId(), spec, now));
            }
        }
        for (String old : stopped) {
            LOG.info("stopping {}: the experiment no longer has it", old);
            String topic = known.containsKey(old) ? topics.labelers() : topics.models();
            for (int partition : partitions.getOrDefault(old, Set.of())) {
                records.add(clients.codec().record(topic, partition, old, null, now));
            }
        }
        clients.inTransaction(topics.prefix() + "experiment." + experiment.name(), records);
    }

    /** Where the id has records already; a new one where Kafka's default partitioner puts it. */
    private ProducerRecord<byte[], byte[]> spec(
            String topic, String id, SpecificRecord spec, long nowMs) {
        Integer partition = partitions.getOrDefault(id, Set.of()).stream().findFirst().orElse(null);
        return clients.codec().record(topic, partition, id, spec, nowMs);
    }
}
