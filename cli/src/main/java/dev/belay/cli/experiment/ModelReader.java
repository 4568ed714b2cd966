package dev.belay.cli.experiment;

import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Precision;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.learning.ModelDefaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the models of an experiment file, each by itself. */
final class ModelReader {
    private static final List<String> KEYS =
            List.of(
                    "encoder",
                    "head",
                    "supervisor",
                    "split",
                    "examples",
                    "loss",
                    "selector",
                    "stopping",
                    "micro-epoch",
                    "passes",
                    "replay",
                    "replay-memory",
                    "batch-size",
                    "learning-rate",
                    "head-learning-rate",
                    "optimizer",
                    "finetune",
                    "train-embeddings",
                    "precision",
                    "keep",
                    "ready-at",
                    "label-policy",
                    "evaluate-every",
                    "ceiling");
    private static final int MANY = 1_000_000;
    private static final Pattern LAST = Pattern.compile("last-([1-9][0-9]?)");

    private ModelReader() {}

    /**
     * All models; {@code ceiling} is what the file says, null where it says nothing.
     *
     * @param kind of the inputs that they are to classify
     */
    static List<ModelEntry> read(YamlValue models, Input.Kind kind) {
        List<ModelEntry> entries = new ArrayList<>();
        YamlMap map = models.map();
        map.values()
                .forEach(
                        (key, value) -> {
                            YamlValue name = map.key(key);
                            if (name.name().equals(ModelId.TRUTH)) {
                                throw name.wrong("another name: truth is the labeler that knows");
                            }
                            entries.add(model(key, name.place(), value.map().only(KEYS), kind));
                        });
        if (entries.isEmpty()) {
            throw models.wrong("at least one model");
        }
        return entries;
    }

    private static ModelEntry model(String name, Place place, YamlMap map, Input.Kind kind) {
        String encoder = encoder(map.require("encoder"), kind);
        FineTuning fineTuning = fineTuning(map, encoder);
        ModelDefaults defaults = ModelDefaults.of(encoder, fineTuning);
        return new ModelEntry(
                place,
                name,
                encoder,
                head(map.get("head"), defaults.head()),
                map.require("supervisor").name(),
                or(map, "split", ModelReader::split, Split.STUDENT),
                or(map, "examples", v -> v.integer(1, Long.MAX_VALUE), 0L),
                MethodReader.methods(map),
                integer(map, "micro-epoch", MANY, defaults.microEpoch()),
                integer(map, "passes", 1_000, defaults.passes()),
                or(map, "replay", v -> v.number(0, 100), defaults.replay()),
                or(map, "replay-memory", v -> (int) v.integer(0, MANY), defaults.replayMemory()),
                integer(map, "batch-size", MANY, defaults.batchSize()),
                optimizer(map, defaults.optimizer()),
                defaults.zeroInit(),
                fineTuning,
                retention(map.get("keep")),
                or(map, "ready-at", v -> v.integer(1, Long.MAX_VALUE), 0L),
                or(map, "label-policy", ModelReader::labelPolicy, LabelPolicy.FIRST_READY),
                integer(map, "evaluate-every", MANY, 1),
                ceiling(map.get("ceiling")));
    }

    private static String encoder(YamlValue value, Input.Kind kind) {
        List<String> known = Encoders.names();
        if (!Encoders.isName(value.text())) {
            throw value.wrong("hf:NAME or one of " + known + Nearest.hint(value.text(), known));
        }
        if (!Encoders.accepts(value.text()).contains(kind)) {
            List<String> accepting =
                    known.stream().filter(name -> Encoders.accepts(name).contains(kind)).toList();
            throw value.wrong(
                    "an encoder of inputs of kind "
                            + kind
                            + ", as data.fields has them: one of "
                            + accepting);
        }
        return value.text();
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
            throw value.wrong("linear or {mlp: UNITS}");
        }
        return new Head(HeadKind.LINEAR, 0);
    }

    private static FineTuning fineTuning(YamlMap model, String encoder) {
        var result = FineTuning.newBuilder().setScope(FineTuningScope.HEAD);
        boolean scratch = Encoders.isFromScratch(encoder);
        if (scratch) {
            result.setScope(FineTuningScope.FULL).setEmbeddings(true);
        }
        YamlValue scope = model.get("finetune");
        if (scope != null) {
            result.setScope(scope(scope)).setLayers(layers(scope));
            if (scratch && result.getScope() != FineTuningScope.FULL) {
                throw scope.wrong("'full' or nothing: " + encoder + " learns from scratch");
            }
            if (Encoders.isProvided(encoder) && result.getScope() != FineTuningScope.HEAD) {
                throw scope.wrong("'head' or nothing: " + encoder + " has nothing that learns");
            }
        }
        YamlValue embeddings = model.get("train-embeddings");
        if (embeddings != null) {
            if (result.getScope() != FineTuningScope.FULL) {
                throw embeddings.wrong("'finetune: full' beside it");
            }
            result.setEmbeddings(embeddings.bool());
            if (scratch && !result.getEmbeddings()) {
                throw embeddings.wrong("true or nothing: " + encoder + " learns from scratch");
            }
        }
        YamlValue precision = model.get("precision");
        if (precision != null) {
            Map<String, Precision> choices =
                    Map.of("float32", Precision.FLOAT32, "bf16", Precision.BFLOAT16);
            result.setPrecision(precision.oneOf(choices));
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

    private static Retention retention(@Nullable YamlValue value) {
        if (value == null) {
            return new Retention(0, 0, false);
        }
        YamlMap map = value.map().only(List.of("every", "newest", "best"));
        return new Retention(
                or(map, "every", v -> (int) v.integer(1, MANY), 0),
                or(map, "newest", v -> (int) v.integer(1, MANY), 0),
                or(map, "best", YamlValue::bool, false));
    }

    private static Split split(YamlValue value) {
        return value.oneOf(Map.of("supervisor", Split.SUPERVISOR, "student", Split.STUDENT));
    }

    private static LabelPolicy labelPolicy(YamlValue value) {
        return value.oneOf(
                Map.of("first-ready", LabelPolicy.FIRST_READY, "latest", LabelPolicy.LATEST));
    }

    private static @Nullable String ceiling(@Nullable YamlValue value) {
        return value == null ? null : value.name();
    }

    private static Optimizer optimizer(YamlMap model, Optimizer defaults) {
        Optimizer.Builder result = Optimizer.newBuilder(defaults);
        YamlValue value = model.get("optimizer");
        if (value != null) {
            Map<String, OptimizerKind> kinds =
                    Map.of("adam", OptimizerKind.ADAM, "adamw", OptimizerKind.ADAMW);
            if (value.isMap()) {
                readOptimizer(
                        value.map()
                                .only(
                                        List.of(
                                                "kind",
                                                "weight-decay",
                                                "ridge-c",
                                                "clip-norm",
                                                "schedule",
                                                "warm-up")),
                        kinds,
                        result);
            } else {
                result.setKind(value.oneOf(kinds));
            }
        }
        YamlValue rate = model.get("learning-rate");
        if (rate != null) {
            result.setLearningRate(rate.number(1e-9, 10));
        }
        YamlValue headRate = model.get("head-learning-rate");
        if (headRate != null) {
            result.setHeadLearningRate(headRate.number(1e-9, 10));
        }
        return result.build();
    }

    private static void readOptimizer(
            YamlMap map, Map<String, OptimizerKind> kinds, Optimizer.Builder result) {
        Map<String, LearningRateSchedule> schedules =
                Map.of(
                        "constant",
                        LearningRateSchedule.CONSTANT,
                        "linear",
                        LearningRateSchedule.LINEAR,
                        "cosine",
                        LearningRateSchedule.COSINE);
        result.setKind(or(map, "kind", v -> v.oneOf(kinds), result.getKind()))
                .setWeightDecay(
                        or(map, "weight-decay", v -> v.number(0, 10), result.getWeightDecay()))
                .setRidgeC(or(map, "ridge-c", v -> v.number(0, 1e9), result.getRidgeC()))
                .setClipNorm(or(map, "clip-norm", v -> v.number(0, 1e9), result.getClipNorm()))
                .setSchedule(or(map, "schedule", v -> v.oneOf(schedules), result.getSchedule()))
                .setWarmUp(or(map, "warm-up", v -> v.number(0, 1), result.getWarmUp()));
    }

    private static int integer(YamlMap map, String key, int max, int otherwise) {
        return or(map, key, v -> (int) v.integer(1, max), otherwise);
    }

    private static <T> T or(YamlMap map, String key, Function<YamlValue, T> read, T otherwise) {
        YamlValue value = map.get(key);
        return value == null ? otherwise : read.apply(value);
    }
}
