package dev.belay.cli.experiment;

import dev.belay.labelers.api.Labelers;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.EndlessSource;
import dev.belay.producers.source.ExampleSource;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as its file has it, checked, defaults filled in.
 *
 * @param task name of the task whose topics it uses; experiments may share one
 * @param data where the task's rows come from, its classes among it
 * @param rowsPerSecond rate of production, for demonstrations; 0 = as fast as it goes
 * @param labelers those that are not trained models, in the order of the file
 * @param models in the order of the file
 * @param seeds each makes all models once; student seed s learns from supervisor seed s, or from
 *     the one seed 0 of a labeler that reads no model
 */
public record Experiment(
        String name,
        String task,
        DataConfig data,
        double rowsPerSecond,
        List<LabelerEntry> labelers,
        List<ModelEntry> models,
        List<Long> seeds) {

    public Experiment {
        labelers = List.copyOf(labelers);
        models = List.copyOf(models);
        seeds = List.copyOf(seeds);
    }

    /**
     * Reads and checks the data; null if the source has no end.
     *
     * @throws DataException at the first thing that is wrong
     */
    public @Nullable DataSet openData() {
        return data.isEndless() ? null : DataSet.open(data);
    }

    /**
     * What the task's producer reads.
     *
     * @param opened as {@link #openData} returned it
     */
    public ExampleSource source(Clients clients, @Nullable DataSet opened) {
        return data.source().plugin() instanceof EndlessSource endless
                ? endless.of(clients, task, data)
                : Objects.requireNonNull(opened);
    }

    /**
     * The specs of all models and seeds, budgets resolved from the counts of the data.
     *
     * @param data null: the source has no end, and so have models without {@code examples}
     * @param partitions of each of the task's topics
     * @param run of all of them
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     * @throws ExperimentException when a model asks for more than its split has, or would learn
     *     from truth that lacks a class, or its encoder's folder or layers are not there
     */
    public List<ModelSpec> resolve(
            @Nullable DataSet data, int partitions, int run, Path encodersDir) {
        return new SpecResolver(this, data, partitions, run, encodersDir).all();
    }

    /**
     * These specs, with the checkpoints of other experiments' models that they start from.
     *
     * @param specs as {@link #resolve} returned them
     * @throws ExperimentException when there is no such checkpoint, or it has none of a model's
     *     layers
     */
    public List<ModelSpec> pinned(List<ModelSpec> specs, KnownCheckpoints known, Path encodersDir) {
        return new InitResolver(this, encodersDir).pinned(specs, known);
    }

    /** Whether a model starts from a checkpoint of another experiment. */
    public boolean startsFromOthers() {
        return !startsFrom().isEmpty();
    }

    /** Names of other experiments from whose checkpoints models start. */
    public Set<String> startsFrom() {
        Set<String> names = new TreeSet<>();
        for (ModelEntry model : models) {
            InitEntry init = model.init();
            if (init != null && init.experiment() != null) {
                names.add(init.experiment());
            }
        }
        return names;
    }

    /**
     * The specs of the labelers, in version 0: of those that read a model, directly or not, one a
     * seed, of all others one.
     *
     * @param partitions of each of the task's topics
     * @param nowMs when they are written, milliseconds since the epoch
     */
    public List<LabelerSpec> labelerSpecs(int partitions, int run, long nowMs) {
        return labelers.stream()
                .flatMap(
                        labeler ->
                                labelerSeeds(labeler.name()).stream()
                                        .map(seed -> spec(labeler, seed, partitions, run, nowMs)))
                .toList();
    }

    private LabelerSpec spec(LabelerEntry labeler, long seed, int partitions, int run, long nowMs) {
        LabelerSpec.Builder spec =
                LabelerSpec.newBuilder()
                        .setId(labelerId(labeler.name(), seed, run))
                        .setVersion(0)
                        .setTask(task)
                        .setClasses(data.classes())
                        .setPartitions(partitions)
                        .setMethod(new Method(labeler.kind(), labeler.parameters()))
                        .setSources(
                                labeler.sources().stream()
                                        .map(s -> labelerId(s, seed, run))
                                        .toList())
                        .setSpecHash("")
                        .setEventTimeMs(nowMs);
        return spec.setSpecHash(LabelerHash.of(spec.build())).build();
    }

    /**
     * The id of who gives labels to a model or labeler of a seed: {@code truth}, a model or labeler
     * of the same seed, or the one seed of a labeler that reads no model.
     *
     * @param name as the file has it
     */
    public String labelerId(String name, long seed, int run) {
        return name.equals(ModelId.TRUTH)
                ? ModelId.TRUTH
                : new ModelId(this.name, name, hasSeeds(name) ? seed : 0, run).toString();
    }

    /** Seeds of which there is a labeler, or model, of this name. */
    public List<Long> labelerSeeds(String name) {
        return hasSeeds(name) ? seeds : List.of(0L);
    }

    /**
     * Ids, in run 0, of all who give labels to a model or labeler, {@code truth} and labelers that
     * nobody learns from among them; sorted. The topics of their labels are the same in every run.
     */
    public List<String> labelerIds() {
        Set<String> ids = new TreeSet<>(Set.of(ModelId.TRUTH));
        for (ModelEntry model : models) {
            seeds.forEach(seed -> ids.add(labelerId(model.supervisor(), seed, 0)));
        }
        for (LabelerEntry labeler : labelers) {
            for (long seed : labelerSeeds(labeler.name())) {
                ids.add(labelerId(labeler.name(), seed, 0));
                labeler.sources().forEach(source -> ids.add(labelerId(source, seed, 0)));
            }
        }
        return List.copyOf(ids);
    }

    /** Whether it has a labeler of kind noise. */
    public boolean hasNoise() {
        return labelers.stream().anyMatch(labeler -> labeler.kind().equals(LabelerSpecs.NOISE));
    }

    /** Whether it has a labeler that learns from the examples that it labels. */
    public boolean hasLearning() {
        return labelers.stream().anyMatch(labeler -> Labelers.learns(labeler.kind()));
    }

    /** Whether its source has single votes of annotators. */
    public boolean producesVotes() {
        return data.source().plugin() instanceof EndlessSource endless
                && endless.hasVotes(data.source().parameters());
    }

    /** Whether it has a labeler that reads single votes of annotators. */
    public boolean readsVotes() {
        return labelers.stream()
                .anyMatch(
                        labeler -> Labelers.voteRule(labeler.kind(), labeler.parameters()) != null);
    }

    /** The topics of the installation, and those of this experiment's task and labelers. */
    public TopicPlan topics(Settings settings) {
        int partitions = settings.taskPartitions();
        TopicPlan plan =
                TopicPlan.forInstallation(settings)
                        .withTask(settings.topics(), task, partitions, labelerIds());
        if (hasNoise()) {
            plan.withFlips(settings.topics(), task, partitions);
        }
        return producesVotes() || readsVotes()
                ? plan.withVotes(settings.topics(), task, partitions)
                : plan;
    }

    /** The topics of the installation, and those that the producer of its task writes. */
    public TopicPlan producedTopics(Settings settings) {
        int partitions = settings.taskPartitions();
        TopicPlan plan =
                TopicPlan.forInstallation(settings)
                        .withTask(settings.topics(), task, partitions, List.of());
        return producesVotes() ? plan.withVotes(settings.topics(), task, partitions) : plan;
    }

    private boolean hasSeeds(String name) {
        return models.stream().anyMatch(model -> model.name().equals(name))
                || labelers.stream()
                        .filter(labeler -> labeler.name().equals(name))
                        .anyMatch(labeler -> labeler.sources().stream().anyMatch(this::hasSeeds));
    }
}
