package dev.belay.cli.experiment;

import dev.belay.schemas.InitialCheckpoint;
import dev.belay.schemas.KeptCheckpoints;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import dev.belay.trainers.learning.InitialLayers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the checkpoints that models start from. One of the same experiment is named by its model
 * and number: it follows from that model's spec. One of another experiment must exist, and the spec
 * names its run, number and SHA-256.
 */
final class InitResolver {
    private final Experiment experiment;
    private final Path encodersDir;
    private final Map<String, ModelEntry> models = new HashMap<>();

    /**
     * @param encodersDir where the folders of encoders {@code hf:NAME} are
     */
    InitResolver(Experiment experiment, Path encodersDir) {
        this.experiment = experiment;
        this.encodersDir = encodersDir;
        experiment.models().forEach(model -> models.put(model.name(), model));
    }

    /** The init of a spec, if it is a model of the same experiment; else null. */
    static @Nullable String within(Experiment experiment, ModelEntry model, long seed, int run) {
        InitEntry init = model.init();
        if (init == null || !init.isWithin()) {
            return null;
        }
        var id = new ModelId(experiment.name(), init.model(), init.seedFor(seed), run);
        return new InitialCheckpoint(id, init.number(), "").toString();
    }

    /**
     * Checks those of the same experiment.
     *
     * @param specs of all models and seeds
     */
    void requireWithin(List<ModelSpec> specs) {
        Map<String, ModelSpec> byId = new HashMap<>();
        specs.forEach(spec -> byId.put(spec.getId(), spec));
        for (ModelSpec spec : specs) {
            InitEntry init = init(spec);
            InitialCheckpoint from = InitialCheckpoint.of(spec);
            if (init == null || from == null) {
                continue;
            }
            ModelSpec other = byId.get(from.model().toString());
            if (other == null) {
                throw wrong(init, "", "one of the seeds " + experiment.seeds());
            }
            requireReached(init, other);
            requireShared(init, spec, other);
        }
    }

    /** These specs with checkpoints of other experiments in those that start from one. */
    List<ModelSpec> pinned(List<ModelSpec> specs, KnownCheckpoints known) {
        return specs.stream().map(spec -> pinned(spec, known)).toList();
    }

    private ModelSpec pinned(ModelSpec spec, KnownCheckpoints known) {
        InitEntry init = init(spec);
        String of = init == null ? null : init.experiment();
        if (init == null || of == null) {
            return spec;
        }
        long seed = init.seedFor(spec.getSeed());
        ModelSpec other = known.newest(of, init.model(), seed);
        String advice = ": run that experiment first, with the same --data or broker";
        if (other == null) {
            throw wrong(
                    init,
                    ", but no model " + of + "/" + init.model() + "#" + seed,
                    "one of " + known.names(of) + advice);
        }
        Checkpoint found = known.find(other.getId(), init.number());
        boolean isLast = init.number() == InitialCheckpoint.LAST;
        if (found == null) {
            throw wrong(
                    init,
                    ", but " + other.getId() + " " + known.words(other.getId()),
                    (isLast ? "a finished model" : "a checkpoint that it has") + advice);
        }
        if (found.getState() != State.FINISHED) {
            requireKept(init, other.getRetention());
        }
        requireShared(init, spec, other);
        var from =
                new InitialCheckpoint(
                        ModelId.parse(other.getId()), found.getNumber(), found.getWeightsSha256());
        ModelSpec pinned = ModelSpec.newBuilder(spec).setInit(from.toString()).build();
        return ModelSpec.newBuilder(pinned).setSpecHash(SpecHash.of(pinned)).build();
    }

    /** Refuses a checkpoint that the other model will not have. */
    private static void requireReached(InitEntry init, ModelSpec other) {
        boolean isLast = init.number() == InitialCheckpoint.LAST;
        if (other.getBudget() == 0) {
            if (isLast) {
                throw wrong(init, " of a model without end", "a number, or 'examples' for it");
            }
            requireKept(init, other.getRetention());
            return;
        }
        int size = other.getMicroEpoch();
        long last = (other.getBudget() + size - 1) / size;
        if (init.number() > last) {
            throw wrong(
                    init,
                    ", of which there will be " + last + " checkpoints",
                    "one of them, or @last");
        }
        if (!isLast && init.number() < last) {
            requireKept(init, other.getRetention());
        }
    }

    private static void requireKept(InitEntry init, Retention policy) {
        boolean kept = policy.getEvery() > 0 && init.number() % policy.getEvery() == 0;
        if (KeptCheckpoints.limits(policy) && !kept) {
            throw wrong(
                    init,
                    ", whose file the model's 'keep' may delete",
                    "@last, or a 'keep' with an 'every' that divides " + init.number());
        }
    }

    private void requireShared(InitEntry init, ModelSpec spec, ModelSpec other) {
        if (InitialLayers.shared(spec, other, encodersDir).isEmpty()) {
            throw wrong(
                    init,
                    ", which has no layer of model '"
                            + spec.getModel()
                            + "'s name and shape (encoders "
                            + other.getEncoderName()
                            + " and "
                            + spec.getEncoderName()
                            + ")",
                    "a model with the same encoder, and layers of the same size");
        }
    }

    private @Nullable InitEntry init(ModelSpec spec) {
        ModelEntry model = models.get(spec.getModel());
        return model == null ? null : model.init();
    }

    private static ExperimentException wrong(InitEntry init, String found, String expected) {
        return ExperimentException.at(init.place(), "init '" + init + "'" + found, expected);
    }
}
