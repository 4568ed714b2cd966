package dev.belay.cli.experiment;

import dev.belay.models.Encoders;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.ModelDefaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
                    "micro-epoch",
                    "passes",
                    "replay",
                    "replay-memory",
                    "batch-size",
                    "learning-rate",
                    "optimizer",
                    "ready-at",
                    "label-policy",
                    "evaluate-every",
                    "ceiling");
    private static final int MANY = 1_000_000;

    private ModelReader() {}

    /** All models; {@code ceiling} is what the file says, null where it says nothing. */
    static List<ModelEntry> read(YamlValue models) {
        List<ModelEntry> entries = new ArrayList<>();
        YamlMap map = models.map();
        map.values()
                .forEach(
                        (key, value) -> {
                            YamlValue name = map.key(key);
                            if (name.name().equals(ModelId.TRUTH)) {
                                throw name.wrong("another name: truth is the labeler that knows");
                            }
                            entries.add(model(key, name.place(), value.map().only(KEYS)));
                        });
        if (entries.isEmpty()) {
            throw models.wrong("at least one model");
        }
        return entries;
    }

    private static ModelEntry model(String name, Place place, YamlMap map) {
        String encoder = encoder(map.require("encoder"));
        ModelDefaults defaults = ModelDefaults.of(encoder);
        return new ModelEntry(
                place,
                name,
                encoder,
                head(map.get("head")),
                map.require("supervisor").name(),
                or(map, "split", ModelReader::split, Split.STUDENT),
                or(map, "examples", v -> v.integer(1, Long.MAX_VALUE), 0L),
                loss(map.get("loss")),
                integer(map, "micro-epoch", MANY, defaults.microEpoch()),
                integer(map, "passes", 1_000, defaults.passes()),
                or(map, "replay", v -> v.number(0, 100), defaults.replay()),
                or(map, "replay-memory", v -> (int) v.integer(0, MANY), defaults.replayMemory()),
                integer(map, "batch-size", MANY, defaults.batchSize()),
                optimizer(map, defaults.optimizer()),
                defaults.zeroInit(),
                or(map, "ready-at", v -> v.integer(1, Long.MAX_VALUE), 0L),
                or(map, "label-policy", ModelReader::labelPolicy, LabelPolicy.FIRST_READY),
                integer(map, "evaluate-every", MANY, 1),
                ceiling(map.get("ceiling")));
    }

    private static String encoder(YamlValue value) {
        List<String> known = Encoders.names();
        if (!known.contains(value.text())) {
            throw value.wrong("one of " + known + Nearest.hint(value.text(), known));
        }
        return value.text();
    }

    private static Head head(@Nullable YamlValue value) {
        if (value == null) {
            return new Head(HeadKind.LINEAR, 0);
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

    private static Loss loss(@Nullable YamlValue value) {
        if (value == null) {
            return crossEntropy(false);
        }
        Map<String, LossKind> kinds =
                Map.of("cross-entropy", LossKind.CROSS_ENTROPY, "confidence", LossKind.CONFIDENCE);
        if (!value.isMap()) {
            return value.oneOf(kinds) == LossKind.CONFIDENCE
                    ? confidence(LossDefaults.ALPHA, LossDefaults.WARM_UP)
                    : crossEntropy(false);
        }
        YamlMap map = value.map().only(List.of("kind", "alpha", "warm-up", "hard"));
        if (map.require("kind").oneOf(kinds) == LossKind.CONFIDENCE) {
            map.only(List.of("kind", "alpha", "warm-up"));
            return confidence(
                    or(map, "alpha", v -> v.number(0, 1), LossDefaults.ALPHA),
                    or(map, "warm-up", v -> v.number(0, 1), LossDefaults.WARM_UP));
        }
        map.only(List.of("kind", "hard"));
        return crossEntropy(or(map, "hard", YamlValue::bool, false));
    }

    private static Loss crossEntropy(boolean hard) {
        // alpha and warm-up mean nothing here; the schema's defaults keep the spec's hash stable
        return new Loss(
                LossKind.CROSS_ENTROPY,
                hard,
                LossDefaults.ALPHA,
                LossDefaults.WARM_UP,
                LossDefaults.WARM_UP_EXAMPLES);
    }

    private static Loss confidence(double alpha, double warmUp) {
        return new Loss(LossKind.CONFIDENCE, false, alpha, warmUp, LossDefaults.WARM_UP_EXAMPLES);
    }

    private static Optimizer optimizer(YamlMap model, Optimizer defaults) {
        OptimizerKind kind = defaults.getKind();
        double decay = defaults.getWeightDecay();
        double ridgeC = defaults.getRidgeC();
        YamlValue value = model.get("optimizer");
        if (value != null) {
            Map<String, OptimizerKind> kinds =
                    Map.of("adam", OptimizerKind.ADAM, "adamw", OptimizerKind.ADAMW);
            if (value.isMap()) {
                YamlMap map = value.map().only(List.of("kind", "weight-decay", "ridge-c"));
                kind = map.require("kind").oneOf(kinds);
                decay = or(map, "weight-decay", v -> v.number(0, 10), decay);
                ridgeC = or(map, "ridge-c", v -> v.number(0, 1e9), ridgeC);
            } else {
                kind = value.oneOf(kinds);
            }
        }
        double rate =
                or(model, "learning-rate", v -> v.number(1e-9, 10), defaults.getLearningRate());
        return new Optimizer(kind, rate, decay, ridgeC);
    }

    private static int integer(YamlMap map, String key, int max, int otherwise) {
        return or(map, key, v -> (int) v.integer(1, max), otherwise);
    }

    private static <T> T or(YamlMap map, String key, Function<YamlValue, T> read, T otherwise) {
        YamlValue value = map.get(key);
        return value == null ? otherwise : read.apply(value);
    }
}
