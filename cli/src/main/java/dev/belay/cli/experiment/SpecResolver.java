package dev.belay.cli.experiment;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.TokenEncoders;
import dev.belay.models.encoder.VectorEncoder;
import dev.belay.models.input.Input;
import dev.belay.models.network.HeadShape;
import dev.belay.models.network.NetworkDesign;
import dev.belay.models.transformer.FineTune;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.DataSummary.SplitCounts;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.learning.StateSize;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the models of an experiment against the counts of its data.
 *
 * <p>A model with {@code examples: n} draws ids below {@code min(1, 2n / rows)} and takes the first
 * n of them; in the rare case that fewer than n are drawn, the bound is doubled until there are n.
 * Which of the drawn rows come first depends on how they lie in the partitions, so the check for
 * lacking classes looks at all that are drawn: it refuses what can't work and may pass a draw of a
 * handful whose first n still lack a class.
 *
 * <p>Of an endless source nothing can be counted: a model with {@code examples: n} takes the first
 * n of its split, whatever its seed; one without has no end.
 */
final class SpecResolver {
    private final Experiment experiment;
    private final @Nullable DataSet data;
    private final int partitions;
    private final int run;
    private final Path encodersDir;
    private final Map<String, String> encoderSha256 = new HashMap<>();
    private final Map<String, Long> parameters = new HashMap<>();
    private final Map<String, ModelSpec> ofSeed = new HashMap<>(); // those resolved so far

    /** Counting reads all rows, and models of a grid draw alike. */
    private final Map<DrawnFrom, SplitCounts> counted = new HashMap<>();

    /**
     * @param data null: the source has no end
     */
    SpecResolver(
            Experiment experiment,
            @Nullable DataSet data,
            int partitions,
            int run,
            Path encodersDir) {
        this.encodersDir = encodersDir;
        this.experiment = experiment;
        this.data = data;
        this.partitions = partitions;
        this.run = run;
    }

    List<ModelSpec> all() {
        experiment.models().stream().filter(m -> !m.isExternal()).forEach(this::checkEncoder);
        List<ModelSpec> specs = new ArrayList<>();
        for (long seed : experiment.seeds()) {
            ofSeed.clear();
            for (ModelEntry model : experiment.models()) {
                Draw draw = draw(model, seed);
                String hash = SpecHash.of(spec(model, seed, draw, 0, ""));
                ModelSpec spec = spec(model, seed, draw, run, hash);
                if (!model.isExternal()) {
                    requireFits(model, spec);
                }
                ofSeed.put(model.name(), spec);
                specs.add(spec);
            }
        }
        new InitResolver(experiment, encodersDir).requireWithin(specs);
        return specs;
    }

    /** Looks at the folder of an encoder, and whether it has the layers that are to learn. */
    private void checkEncoder(ModelEntry model) {
        try {
            String encoder = model.encoder().name();
            int layers = Encoders.layers(model.encoder(), encodersDir);
            int wanted = model.fineTuning().getLayers();
            if (wanted > layers) {
                throw ExperimentException.at(
                        model.place(),
                        "'finetune: last-" + wanted + "' for model '" + model.name() + "'",
                        "at most last-" + layers + ": " + encoder + " has that many layers");
            }
            Input.Kind kind = FieldsReader.kind(experiment.data().fields());
            if (!Encoders.accepts(encoder, encodersDir).contains(kind)) {
                throw ExperimentException.at(
                        model.place(),
                        "model '" + model.name() + "' with encoder " + encoder,
                        "an encoder of inputs of kind " + kind + ", as data.fields has them");
            }
            boolean learns = model.fineTuning().getScope() != FineTuningScope.HEAD;
            if (learns && layers == 0 && !Encoders.isFromScratch(encoder)) {
                throw ExperimentException.at(
                        model.place(),
                        "'finetune' for model '" + model.name() + "'",
                        "'head' or nothing: " + encoder + " is only used frozen");
            }
            encoderSha256.computeIfAbsent(encoder, name -> Encoders.sha256(name, encodersDir));
            parameters.put(model.name(), design(model).parameters(encodersDir));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new ExperimentException(
                    model.place() + ": model '" + model.name() + "': " + e.getMessage(), e);
        }
    }

    private void requireFits(ModelEntry model, ModelSpec spec) {
        try {
            StateSize.requireFits(spec, encodersDir);
        } catch (CheckpointTooLargeException e) {
            throw new ExperimentException(
                    model.place() + ": model '" + model.name() + "': " + e.getMessage(), e);
        }
    }

    /** As far as its size goes, which does not depend on what of it learns. */
    private NetworkDesign design(ModelEntry model) {
        boolean mlp = model.head().getKind() == HeadKind.MLP;
        return new NetworkDesign(
                encoder(model),
                mlp ? HeadShape.Kind.MLP : HeadShape.Kind.LINEAR,
                mlp ? model.head().getHidden() : 0,
                isChoice() ? 1 : experiment.data().classes().size(),
                FineTune.HEAD);
    }

    private Draw draw(ModelEntry model, long seed) {
        if (data == null || model.isExternal()) {
            return new Draw(1.0, model.examples());
        }
        ModelEntry.Part part = model.part();
        boolean whole = part.shares() == 0 && part.where() == null;
        ExampleDraw all = new ExampleDraw(seed, 1.0, part.share(), part.shares(), part.where());
        SplitCounts split =
                whole
                        ? data.summary().of(model.split())
                        : countDrawn(data, new DrawnFrom(model.split(), all));
        long available = usable(model, split);
        boolean labelled = model.onTruth() && !isSampled(model);
        String rows =
                available
                        + " rows "
                        + (labelled ? "with a label " : "")
                        + "in split "
                        + model.split().name().toLowerCase(Locale.ROOT)
                        + (part.shares() == 0
                                ? ""
                                : ", share %d/%d".formatted(part.share(), part.shares()))
                        + (part.where() == null ? "" : " where " + part.where());
        if (available == 0 || model.examples() > available) {
            throw ExperimentException.at(
                    model.place(),
                    "model '" + model.name() + "', but " + rows + " of " + data.name(),
                    "at least " + Math.max(1, model.examples()));
        }
        if (model.examples() == 0) {
            requireAllClasses(model, split, "split " + model.split());
            return new Draw(1.0, available);
        }
        double below = Math.min(1.0, 2.0 * model.examples() / available);
        SplitCounts drawn = countDrawn(data, new DrawnFrom(model.split(), all.withBelow(below)));
        while (usable(model, drawn) < model.examples()) {
            below = Math.min(1.0, 2 * below);
            drawn = countDrawn(data, new DrawnFrom(model.split(), all.withBelow(below)));
        }
        requireAllClasses(model, drawn, "the " + drawn.rows() + " rows drawn with seed " + seed);
        return new Draw(below, model.examples());
    }

    private SplitCounts countDrawn(DataSet data, DrawnFrom from) {
        return counted.computeIfAbsent(from, f -> data.countDrawn(f.split, f.draw));
    }

    private long usable(ModelEntry model, SplitCounts counts) {
        return model.onTruth() && !isSampled(model) ? counts.labelled() : counts.rows();
    }

    /** Whether truth abstains from the examples of a model's split that have none. */
    private boolean isSampled(ModelEntry model) {
        return experiment.data().truth() != null && model.split() == Split.STUDENT;
    }

    private void requireAllClasses(ModelEntry model, SplitCounts counts, String where) {
        if (isChoice()) {
            return; // truth is an option of the example itself
        }
        int missing = counts.byClass().indexOf(0L);
        if (model.onTruth() && missing >= 0) {
            throw ExperimentException.at(
                    model.place(),
                    "no row of class '%s' in %s, which model '%s' is to learn from"
                            .formatted(
                                    experiment.data().classes().get(missing), where, model.name()),
                    "rows of every class: raise 'examples', or take another order or split");
        }
    }

    private boolean isChoice() {
        return experiment.data().task() == TaskKind.CHOICE;
    }

    private ModelSpec spec(ModelEntry model, long seed, Draw draw, int run, String hash) {
        ModelSpec.Builder spec =
                ModelSpec.newBuilder()
                        .setId(id(model.name(), seed, run))
                        .setExperiment(experiment.name())
                        .setModel(model.name())
                        .setSeed(seed)
                        .setRun(run)
                        .setSpecHash(hash)
                        .setTask(experiment.task())
                        .setTaskKind(experiment.data().task().toString())
                        .setClasses(experiment.data().classes())
                        .setPartitions(partitions)
                        .setExternal(model.isExternal())
                        .setEncoderName(model.encoder().name())
                        .setEncoderParameters(encoder(model).parameters())
                        .setEncoderSha256(encoder(model).sha256())
                        .setHead(model.head())
                        .setSupervisor(experiment.labelerId(model.supervisor(), seed, run))
                        .setCeiling(model.ceiling() == null ? null : id(model.ceiling(), seed, run))
                        .setSplit(model.split())
                        .setShare(model.part().share())
                        .setShares(model.part().shares())
                        .setWhere(
                                model.part().where() == null
                                        ? null
                                        : model.part().where().toString())
                        .setComparedWith(
                                model.comparedWith() == null
                                        ? null
                                        : experiment.labelerId(model.comparedWith(), seed, run))
                        .setDrawBelow(draw.below)
                        .setBudget(draw.budget)
                        .setReadyAt(model.readyAt())
                        .setLabelPolicy(model.labelPolicy())
                        .setEvaluateEvery(model.evaluateEvery())
                        .setMicroEpoch(model.microEpoch())
                        .setMaxWaitMs(data == null ? model.maxWaitMs() : 0L)
                        .setPasses(passes(model, draw))
                        .setReplay(model.replay())
                        .setReplayMemory(model.replayMemory())
                        .setBatchSize(model.batchSize())
                        .setOptimizer(model.optimizer())
                        .setZeroInit(model.zeroInit())
                        .setFineTuning(model.fineTuning())
                        .setRetention(model.retention())
                        .setInit(InitResolver.within(experiment, model, seed, run))
                        .setParameters(parameters.get(model.name()));
        TruthDraw truth = experiment.data().truth();
        if (truth != null) {
            spec.setTruthSampled(truth.probability()).setTruthSeed(truth.seed());
        }
        model.methods().writeTo(spec);
        return spec.build();
    }

    /** A baseline comes after its student. */
    private int passes(ModelEntry model, Draw draw) {
        ModelSpec student = model.baselineOf() == null ? null : ofSeed.get(model.baselineOf());
        return student == null ? model.passes() : Baselines.passes(student, draw.budget());
    }

    /** With its SHA-256 and, of encoder {@code vector}, the number of features in the data. */
    private EncoderRef encoder(ModelEntry model) {
        EncoderRef encoder = model.encoder();
        String name = encoder.name();
        String sha256 = encoderSha256.getOrDefault(name, "");
        if (!name.equals(VectorEncoder.NAME)) {
            return TokenEncoders.canonical(
                    new EncoderRef(name, encoder.parameters(), sha256), encodersDir);
        }
        String given = encoder.parameters().get(VectorEncoder.LENGTH);
        String length = data == null ? given : Integer.toString(data.vectorLength());
        if (length == null || (given != null && !given.equals(length))) {
            throw ExperimentException.at(
                    model.place(),
                    "model '"
                            + model.name()
                            + "' with encoder vector "
                            + (given == null
                                    ? "without a length on a source without end"
                                    : "of length " + given),
                    length == null
                            ? "encoder: {kind: vector, length: N}"
                            : "the length of the data's vectors, " + length);
        }
        return new EncoderRef(name, Map.of(VectorEncoder.LENGTH, length), sha256);
    }

    private String id(String model, long seed, int run) {
        return new ModelId(experiment.name(), model, seed, run).toString();
    }

    private record DrawnFrom(Split split, ExampleDraw draw) {}

    /**
     * @param below bound of the hash of drawn ids
     * @param budget examples to learn from
     */
    private record Draw(double below, long budget) {}
}
