package dev.belay.cli.experiment;

import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.EndlessSource;
import dev.belay.producers.source.ExampleSource;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
 *     the one seed 0 of a labeler that is not a trained model
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
     * The specs of the labelers, in version 0.
     *
     * @param partitions of each of the task's topics
     * @param nowMs when they are written, milliseconds since the epoch
     */
    public List<LabelerSpec> labelerSpecs(int partitions, int run, long nowMs) {
        return labelers.stream()
                .map(
                        labeler -> {
                            LabelerSpec.Builder spec =
                                    LabelerSpec.newBuilder()
                                            .setId(labelerId(labeler.name(), 0, run))
                                            .setVersion(0)
                                            .setTask(task)
                                            .setClasses(data.classes())
                                            .setPartitions(partitions)
                                            .setMethod(
                                                    new Method(
                                                            labeler.kind(), labeler.parameters()))
                                            .setSources(
                                                    labeler.sources().stream()
                                                            .map(s -> labelerId(s, 0, run))
                                                            .toList())
                                            .setSpecHash("")
                                            .setEventTimeMs(nowMs);
                            return spec.setSpecHash(LabelerHash.of(spec.build())).build();
                        })
                .toList();
    }

    /**
     * The id of who gives labels to a model: {@code truth}, the model of its own seed, or the one
     * seed of a labeler that is not a model.
     *
     * @param name as the file has it
     */
    public String labelerId(String name, long seed, int run) {
        if (name.equals(ModelId.TRUTH)) {
            return ModelId.TRUTH;
        }
        boolean model = models.stream().anyMatch(m -> m.name().equals(name));
        return new ModelId(this.name, name, model ? seed : 0, run).toString();
    }
}
