package dev.belay.cli.experiment;

import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.plugins.Nearest;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.Precision;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.learning.ModelDefaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the models of an experiment file, each by itself. */
final class ModelReader {
    private static final long DEFAULT_MAX_WAIT_MS = 10_000;
    private static final Pattern LAST = Pattern.compile("last-([1-9][0-9]?)");
    private static final Pattern SHARE = Pattern.compile("([0-9]{1,4})/([0-9]{1,4})");

    /** The keys that a model of another program may have. */
    private static final List<String> EXTERNAL_KEYS =
            List.of(
                    ModelKeys.EXTERNAL.name(),
                    ModelKeys.SUPERVISOR.name(),
                    ModelKeys.CEILING.name(),
                    ModelKeys.COMPARE_WITH.name());

    private ModelReader() {}

    /**
     * All models; {@code ceiling} is what the file says, null where it says nothing.
     *
     * @param endless whether their source has no end
     * @param kind of the inputs that they are to classify
     */
    static List<ModelEntry> read(YamlValue models, boolean endless, Input.Kind kind) {
        List<ModelEntry> entries = new ArrayList<>();
        YamlMap map = models.map();
        map.values()
                .forEach(
                        (name, value) ->
                                entries.add(read(map.key(name), value.map(), endless, kind)));
        if (entries.isEmpty()) {
            throw models.wrong("at least one model");
        }
        return entries;
    }

    /**
     * One model.
     *
     * @param name as the file has it
     */
    static ModelEntry read(YamlValue name, YamlMap model, boolean endless, Input.Kind kind) {
        if (name.name().equals(ModelId.TRUTH)) {
            throw name.wrong("another name: truth is the labeler that knows");
        }
        if (ModelKeys.EXTERNAL.of(model.only(ModelKeys.MODEL))) {
            return external(name, model.only(EXTERNAL_KEYS));
        }
        EndlessModels.checkKeys(model, endless);
        return model(name.text(), name.place(), model, kind);
    }

    /** An external model: only its supervisor and ceiling are known. */
    private static ModelEntry external(YamlValue name, YamlMap map) {
        FineTuning frozen = FineTuning.newBuilder().setScope(FineTuningScope.HEAD).build();
        ModelDefaults unused = ModelDefaults.of(Encoders.names().get(0), frozen);
        YamlValue ceiling = map.get(ModelKeys.CEILING);
        YamlValue supervisor = map.require(ModelKeys.SUPERVISOR);
        boolean onTruth = supervisor.name().equals(ModelId.TRUTH);
        if (ceiling == null && !onTruth) {
            throw name.wrong(
                    "'ceiling: NAME' or 'ceiling: none' for it: an external model has no default ceiling");
        }
        return new ModelEntry(
                name.place(),
                name.text(),
                new EncoderRef(LabelerSpecs.NO_ENCODER),
                unused.head(),
                supervisor.name(),
                new ModelEntry.Part(Split.STUDENT, 0, 0, null),
                0,
                MethodReader.methods(map, frozen),
                unused.microEpoch(),
                0,
                unused.passes(),
                unused.replay(),
                unused.replayMemory(),
                unused.batchSize(),
                unused.optimizer(),
                false,
                frozen,
                retention(null),
                0,
                LabelPolicy.LATEST,
                1,
                nameOrNull(ceiling),
                nameOrNull(map.get(ModelKeys.COMPARE_WITH)),
                null,
                null);
    }

    private static ModelEntry model(String name, Place place, YamlMap map, Input.Kind kind) {
        EncoderRef ref =
                encoder(map.require(ModelKeys.ENCODER), map.get(ModelKeys.MAX_TOKENS), kind);
        String encoder = ref.name();
        FineTuning fineTuning = fineTuning(map, encoder);
        ModelDefaults defaults = ModelDefaults.of(encoder, fineTuning);
        return new ModelEntry(
                place,
                name,
                ref,
                head(map.get(ModelKeys.HEAD), defaults.head()),
                map.require(ModelKeys.SUPERVISOR).name(),
                part(map),
                ModelKeys.EXAMPLES.of(map),
                MethodReader.methods(map, fineTuning),
                ModelKeys.MICRO_EPOCH.of(map, defaults),
                maxWaitMs(map.get(ModelKeys.MAX_WAIT)),
                ModelKeys.PASSES.of(map, defaults),
                ModelKeys.REPLAY.of(map, defaults),
                ModelKeys.REPLAY_MEMORY.of(map, defaults),
                ModelKeys.BATCH_SIZE.of(map, defaults),
                optimizer(map, defaults),
                defaults.zeroInit(),
                fineTuning,
                retention(map.get(ModelKeys.KEEP)),
                ModelKeys.READY_AT.of(map),
                ModelKeys.LABEL_POLICY.of(map),
                ModelKeys.EVALUATE_EVERY.of(map),
                nameOrNull(map.get(ModelKeys.CEILING)),
                nameOrNull(map.get(ModelKeys.COMPARE_WITH)),
                null,
                init(map.get(ModelKeys.INIT)));
    }

    private static ModelEntry.Part part(YamlMap map) {
        YamlValue share = map.get(ModelKeys.SHARE);
        int number = 0;
        int shares = 0;
        if (share != null) {
            Matcher matcher = SHARE.matcher(share.text());
            if (matcher.matches()) {
                number = Integer.parseInt(matcher.group(1));
                shares = Integer.parseInt(matcher.group(2));
            }
            if (number < 1 || number > shares) {
                throw share.wrong(
                        ModelKeys.SHARE.values() + ": a part from 1 to the number of parts");
            }
        }
        return new ModelEntry.Part(
                ModelKeys.SPLIT.of(map), number, shares, where(map.get(ModelKeys.WHERE)));
    }

    static @Nullable TagCondition where(@Nullable YamlValue value) {
        try {
            return value == null ? null : TagCondition.parse(value.text());
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(
                    value.place() + ": " + value.path() + ": " + e.getMessage(), e);
        }
    }

    private static EncoderRef encoder(
            YamlValue encoder, @Nullable YamlValue maxTokens, Input.Kind kind) {
        YamlValue value = encoder.isMap() ? encoder.map().require("kind") : encoder;
        List<String> known = Encoders.names();
        if (!Encoders.isName(value.text())) {
            throw value.wrong(ModelKeys.ENCODER.values() + Nearest.hint(value.text(), known));
        }
        if (!Encoders.accepts(value.text()).contains(kind)) {
            List<String> accepting =
                    known.stream().filter(name -> Encoders.accepts(name).contains(kind)).toList();
            throw value.wrong(
                    "an encoder of inputs of kind %s, as data.fields has them: one of %s"
                            .formatted(kind, accepting));
        }
        Plugin plugin = Encoders.plugin(value.text());
        Parameters parameters = MethodReader.parameters(plugin, encoder, Path.of(""));
        Map<String, String> given = new TreeMap<>(parameters.differing());
        if (maxTokens != null) {
            given.putAll(maxTokens(plugin, encoder, maxTokens));
        }
        return new EncoderRef(value.text(), given, "");
    }

    /** The encoder's parameter of that name, without its default. */
    private static Map<String, String> maxTokens(
            Plugin encoder, YamlValue place, YamlValue maxTokens) {
        String name = ModelKeys.MAX_TOKENS.name();
        if (encoder.parameters().stream().noneMatch(p -> p.name().equals(name))) {
            throw maxTokens.wrong("nothing: " + encoder.name() + " reads no tokens");
        }
        if (place.isMap() && place.map().get(name) != null) {
            throw maxTokens.wrong("one of the two: " + name + " is also in the encoder's mapping");
        }
        return MethodReader.parameter(encoder, name, maxTokens).differing();
    }

    private static Head head(@Nullable YamlValue value, Head otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value.isMap()) {
            YamlValue hidden = value.map().only(List.of("mlp")).require("mlp");
            return new Head(HeadKind.MLP, (int) hidden.integer(1, 65_536));
        }
        if (!value.text().equals("linear")) {
            throw value.wrong(ModelKeys.HEAD.values());
        }
        return new Head(HeadKind.LINEAR, 0);
    }

    private static FineTuning fineTuning(YamlMap model, String encoder) {
        var result = FineTuning.newBuilder().setScope(FineTuningScope.HEAD);
        boolean scratch = Encoders.isFromScratch(encoder);
        if (scratch) {
            result.setScope(FineTuningScope.FULL).setEmbeddings(true);
        }
        YamlValue scope = model.get(ModelKeys.FINETUNE);
        if (scope != null) {
            result.setScope(scope(scope)).setLayers(layers(scope));
            if (scratch && result.getScope() != FineTuningScope.FULL) {
                throw scope.wrong("'full' or nothing: " + encoder + " learns from scratch");
            }
            if (Encoders.hasNoLayers(encoder) && result.getScope() != FineTuningScope.HEAD) {
                throw scope.wrong("'head' or nothing: " + encoder + " has nothing that learns");
            }
        }
        YamlValue embeddings = model.get(ModelKeys.TRAIN_EMBEDDINGS);
        if (embeddings != null) {
            if (result.getScope() != FineTuningScope.FULL) {
                throw embeddings.wrong("'finetune: full' beside it");
            }
            result.setEmbeddings(embeddings.bool());
            if (scratch && !result.getEmbeddings()) {
                throw embeddings.wrong("true or nothing: " + encoder + " learns from scratch");
            }
        }
        YamlValue precision = model.get(ModelKeys.PRECISION);
        if (precision != null) {
            result.setPrecision(ModelKeys.PRECISION.of(model));
            if (result.getPrecision() == Precision.BFLOAT16
                    && result.getScope() == FineTuningScope.HEAD) {
                throw precision.wrong("'finetune: full' or 'finetune: last-N' beside it");
            }
        }
        return result.build();
    }

    private static FineTuningScope scope(YamlValue value) {
        if (LAST.matcher(value.text()).matches()) {
            return FineTuningScope.LAST_LAYERS;
        }
        return value.oneOf(
                Map.of(
                        "head",
                        FineTuningScope.HEAD,
                        "last-1",
                        FineTuningScope.LAST_LAYERS,
                        "full",
                        FineTuningScope.FULL));
    }

    private static int layers(YamlValue scope) {
        Matcher last = LAST.matcher(scope.text());
        return last.matches() ? Integer.parseInt(last.group(1)) : 0;
    }

    private static long maxWaitMs(@Nullable YamlValue value) {
        return value == null ? DEFAULT_MAX_WAIT_MS : value.duration().toMillis();
    }

    private static Retention retention(@Nullable YamlValue value) {
        if (value == null) {
            return new Retention(0, 0, false);
        }
        YamlMap map = value.map().only(ModelKeys.KEPT);
        return new Retention(
                Math.toIntExact(ModelKeys.KEEP_EVERY.of(map)),
                Math.toIntExact(ModelKeys.KEEP_NEWEST.of(map)),
                ModelKeys.KEEP_BEST.of(map));
    }

    private static @Nullable String nameOrNull(@Nullable YamlValue value) {
        return value == null ? null : value.name();
    }

    private static @Nullable InitEntry init(@Nullable YamlValue value) {
        return value == null ? null : InitEntry.read(value);
    }

    private static Optimizer optimizer(YamlMap model, ModelDefaults defaults) {
        Optimizer.Builder result = Optimizer.newBuilder(defaults.optimizer());
        YamlValue value = model.get(ModelKeys.OPTIMIZER);
        if (value != null && !value.isMap()) {
            result.setKind(ModelKeys.OPTIMIZER_KIND.reader().apply(value));
        } else if (value != null) {
            YamlMap map = value.map().only(ModelKeys.OPTIMIZERS);
            result.setKind(ModelKeys.OPTIMIZER_KIND.of(map, defaults))
                    .setWeightDecay(ModelKeys.WEIGHT_DECAY.of(map, defaults))
                    .setRidgeC(ModelKeys.RIDGE_C.of(map, defaults))
                    .setClipNorm(ModelKeys.CLIP_NORM.of(map, defaults))
                    .setSchedule(ModelKeys.SCHEDULE.of(map, defaults))
                    .setWarmUp(ModelKeys.RATE_WARM_UP.of(map, defaults))
                    .setWarmUpExamples(
                            examples(
                                    map.get(ModelKeys.RATE_WARM_UP_EXAMPLES),
                                    defaults.optimizer().getWarmUpExamples()));
        }
        return result.setLearningRate(ModelKeys.LEARNING_RATE.of(model, defaults))
                .setHeadLearningRate(ModelKeys.HEAD_LEARNING_RATE.of(model, defaults))
                .build();
    }

    private static long examples(@Nullable YamlValue value, long otherwise) {
        return value == null ? otherwise : value.integer(1, Long.MAX_VALUE);
    }
}
