package dev.belay.cli.experiment;

import dev.belay.models.encoder.Encoders;
import dev.belay.models.loss.LossFunction;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Precision;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.learning.ModelDefaults;
import dev.belay.trainers.methods.ExampleSelector;
import dev.belay.trainers.methods.Methods;
import dev.belay.trainers.methods.StoppingRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Definition of the keys of a model in the experiment file; see {@link ExperimentKeys}. */
final class ModelKeys {
    private static final int MANY = 1_000_000;

    /** Defaults of a head on a frozen pretrained encoder; {@link #OTHER_DEFAULTS}: of the rest. */
    static final ModelDefaults STANDARD = defaults("minilm", FineTuningScope.HEAD);

    static final Map<String, ModelDefaults> OTHER_DEFAULTS = new LinkedHashMap<>();

    static {
        OTHER_DEFAULTS.put("hashing", defaults("hashing", FineTuningScope.HEAD));
        OTHER_DEFAULTS.put("fine-tuned", defaults("minilm", FineTuningScope.FULL));
        OTHER_DEFAULTS.put("from scratch", defaults("mlp", FineTuningScope.FULL));
    }

    static final KeyGroup MODEL = new KeyGroup("models.NAME");
    static final Key<YamlValue> ENCODER =
            MODEL.own(
                    "encoder",
                    "hf:NAME or one of "
                            + Encoders.names()
                            + " or of a plug-in; with parameters: {kind: NAME, …}",
                    "required, except with external",
                    "What turns an example into numbers: hashed words (hashing…), a pretrained encoder, NAME in the folder of the setting encoders, or a network that learns from scratch (mlp, transformer; of images cnn). Images: pixels, cnn, hf:NAME. Chess positions: chess-planes, chess-cnn. Parameters below; of minilm, bge and e5 also layers: N, only their first N layers.");
    static final Key<Boolean> EXTERNAL =
            MODEL.bool(
                    "external",
                    false,
                    "Trained and run by another program, which writes its predictions; Belay only compares them. With it only supervisor, ceiling and compare-with.");
    static final Key<YamlValue> MAX_TOKENS =
            MODEL.own(
                    "max-tokens",
                    "a whole number from 8 to the encoder's limit",
                    "the encoder's limit",
                    "Inputs are truncated to this number of tokens, special tokens included; of two parts the longer one loses tokens first. Limits: minilm 256, mlp and transformer 128 words, others 512 or what the folder says. Encoding costs less with fewer.");
    static final Key<YamlValue> SUPERVISOR =
            MODEL.own(
                    "supervisor",
                    "truth, or the name of a model or labeler",
                    "required",
                    "Whose labels it learns from.");
    static final Key<Split> SPLIT =
            MODEL.choice(
                    "split",
                    Map.of("supervisor", Split.SUPERVISOR, "student", Split.STUDENT),
                    d -> Split.STUDENT,
                    "Which examples it learns from; supervisor only with supervisor: truth.");
    static final Key<Long> EXAMPLES =
            MODEL.count(
                    "examples",
                    1,
                    Long.MAX_VALUE,
                    "all of its split",
                    "Budget: number of examples, drawn by the seed; with data.topic the first ones of the stream, unset: endless.");
    static final Key<YamlValue> SHARE =
            MODEL.own(
                    "share",
                    "K/N, such as 1/3",
                    "all of its split",
                    "Learns only from the K-th of N equal parts of its split, by hash of the id: models with different parts have no example in common.");
    static final Key<YamlValue> WHERE =
            MODEL.own(
                    "where",
                    "TAG = VALUE, or with != < <= > >=",
                    "all of its split",
                    "Learns only from examples with this tag (data.fields.tags), such as rating < 1500.");
    static final Key<YamlValue> COMPARE_WITH =
            MODEL.own(
                    "compare-with",
                    "the name of a model or labeler",
                    "",
                    "Of a model on truth: the one that it is compared with, as students are with their supervisors: accuracies, PGR where it has a ceiling, and how alike their errors are.");
    static final Key<YamlValue> CEILING =
            MODEL.own(
                    "ceiling",
                    "the name of a model, or none",
                    "its twin",
                    "Of a student: the model that is the ceiling of its PGR. The twin has the same encoder, head, fine-tuning, init, split, share, where and examples, and supervisor: truth.");
    static final Key<YamlValue> INIT =
            MODEL.own(
                    "init",
                    InitEntry.FORM,
                    "random or pretrained weights",
                    "A checkpoint whose weights it starts from, of a model with the same encoder, in this file or of another experiment in the same installation; without #SEED the one of its own seed. Layers of the same name and shape are taken, a head of another shape starts afresh. It waits for a model of this file.");
    static final Key<YamlValue> HEAD =
            MODEL.own(
                    "head",
                    "linear or {mlp: UNITS}",
                    headDefault(),
                    "The network on top of the encoder.");
    static final Key<YamlValue> FINETUNE =
            MODEL.own(
                    "finetune",
                    "head, last-N or full",
                    "head; from scratch: full",
                    "What is trained: the head only, also the last N layers of the encoder, or all layers.");
    static final Key<YamlValue> TRAIN_EMBEDDINGS =
            MODEL.own(
                    "train-embeddings",
                    "true or false",
                    "false; from scratch: true",
                    "With finetune: full: whether the embeddings are trained too.");
    static final Key<Precision> PRECISION =
            MODEL.choice(
                    "precision",
                    Map.of("float32", Precision.FLOAT32, "bf16", Precision.BFLOAT16),
                    d -> Precision.FLOAT32,
                    "Number format of training; bf16 is for fine-tuning on GPUs and is untried.");
    static final Key<YamlValue> LOSS =
            MODEL.own(
                    "loss",
                    methods(LossFunction.class),
                    Methods.DEFAULT_LOSS,
                    "The loss; parameters below.");
    static final Key<YamlValue> SELECTOR =
            MODEL.own(
                    "selector",
                    methods(ExampleSelector.class),
                    Methods.DEFAULT_SELECTOR,
                    "Which examples are learned from, and with what weight; parameters below.");
    static final Key<YamlValue> STOPPING =
            MODEL.own(
                    "stopping",
                    methods(StoppingRule.class),
                    Methods.DEFAULT_STOPPING,
                    "Rule that ends training before the budget is consumed; parameters below.");
    static final Key<YamlValue> OPTIMIZER =
            MODEL.own(
                    "optimizer",
                    "adam or adamw, or a mapping",
                    "see below",
                    "The optimizer; see below.");
    static final Key<Double> LEARNING_RATE =
            MODEL.number(
                    "learning-rate",
                    1e-9,
                    10,
                    d -> d.optimizer().getLearningRate(),
                    "Learning rate; of the encoder's layers if these are trained.");
    static final Key<Double> HEAD_LEARNING_RATE =
            MODEL.number(
                    "head-learning-rate",
                    1e-9,
                    10,
                    d -> d.optimizer().getHeadLearningRate(),
                    "Learning rate of the head if encoder layers are trained too; 0: the same as learning-rate.");
    static final Key<Integer> MICRO_EPOCH =
            MODEL.integer(
                    "micro-epoch",
                    1,
                    MANY,
                    ModelDefaults::microEpoch,
                    "Examples between two checkpoints; use fewer for small data.");
    static final Key<YamlValue> MAX_WAIT =
            MODEL.own(
                    "max-wait",
                    "a duration: 500ms, 10s, 5m",
                    "10s",
                    "With data.topic: how long a micro-epoch waits for more examples once it has one.");
    static final Key<Integer> PASSES =
            MODEL.integer(
                    "passes",
                    1,
                    1_000,
                    ModelDefaults::passes,
                    "Passes over the new and replayed examples of a micro-epoch.");
    static final Key<Double> REPLAY =
            MODEL.number(
                    "replay",
                    0,
                    100,
                    ModelDefaults::replay,
                    "Replayed examples of a micro-epoch as a multiple of the new ones.");
    static final Key<Integer> REPLAY_MEMORY =
            MODEL.integer(
                    "replay-memory",
                    0,
                    MANY,
                    ModelDefaults::replayMemory,
                    "Examples kept for replay.");
    static final Key<Integer> BATCH_SIZE =
            MODEL.integer(
                    "batch-size", 1, MANY, ModelDefaults::batchSize, "Examples per gradient step.");
    static final Key<Long> READY_AT =
            MODEL.count(
                    "ready-at",
                    1,
                    Long.MAX_VALUE,
                    "its budget; required of a supervisor without budget",
                    "Of a supervisor: examples seen before it begins to label.");
    static final Key<LabelPolicy> LABEL_POLICY =
            MODEL.choice(
                    "label-policy",
                    Map.of(
                            "first-ready", LabelPolicy.FIRST_READY,
                            "latest", LabelPolicy.LATEST),
                    d -> LabelPolicy.FIRST_READY,
                    "Of a supervisor: which checkpoint labels, the first that is ready or always the newest.");
    static final Key<Integer> EVALUATE_EVERY =
            MODEL.integer(
                    "evaluate-every",
                    1,
                    MANY,
                    d -> 1,
                    "Every n-th checkpoint predicts the holdout; the last one always.");
    static final Key<YamlValue> KEEP =
            MODEL.own(
                    "keep",
                    "a mapping",
                    "all",
                    "Checkpoints whose files are kept; of those selected by every and newest, aggregators also keep the predictions.");

    static final List<KeyGroup> METHODS =
            List.of(
                    KeyGroup.parameters("models.NAME.encoder", Encoders.plugins()),
                    KeyGroup.parameters("models.NAME.loss", LossFunction.class),
                    KeyGroup.parameters("models.NAME.selector", ExampleSelector.class),
                    KeyGroup.parameters("models.NAME.stopping", StoppingRule.class));

    static final KeyGroup OPTIMIZERS = new KeyGroup("models.NAME.optimizer");
    static final Key<OptimizerKind> OPTIMIZER_KIND =
            OPTIMIZERS.choice(
                    "kind",
                    Map.of("adam", OptimizerKind.ADAM, "adamw", OptimizerKind.ADAMW),
                    d -> d.optimizer().getKind(),
                    "The update rule.");
    static final Key<Double> WEIGHT_DECAY =
            OPTIMIZERS.number(
                    "weight-decay",
                    0,
                    10,
                    d -> d.optimizer().getWeightDecay(),
                    "Decoupled weight decay of adamw.");
    static final Key<Double> RIDGE_C =
            OPTIMIZERS.number(
                    "ridge-c",
                    0,
                    1e9,
                    d -> d.optimizer().getRidgeC(),
                    "C of the penalty ‖W‖²/(C·n), n = examples so far; 0: no penalty.");
    static final Key<Double> CLIP_NORM =
            OPTIMIZERS.number(
                    "clip-norm",
                    0,
                    1e9,
                    d -> d.optimizer().getClipNorm(),
                    "Gradients with a greater L2 norm are scaled down to it; 0: no limit.");
    static final Key<LearningRateSchedule> SCHEDULE =
            OPTIMIZERS.choice(
                    "schedule",
                    Map.of(
                            "constant", LearningRateSchedule.CONSTANT,
                            "linear", LearningRateSchedule.LINEAR,
                            "cosine", LearningRateSchedule.COSINE),
                    d -> d.optimizer().getSchedule(),
                    "Learning rate after the warm-up: constant, or falling to 0 at the end of the budget.");
    static final Key<Double> RATE_WARM_UP =
            OPTIMIZERS.number(
                    "warm-up",
                    0,
                    1,
                    d -> d.optimizer().getWarmUp(),
                    "Share of the budget over which the learning rate rises linearly from 0.");
    static final Key<YamlValue> RATE_WARM_UP_EXAMPLES =
            OPTIMIZERS.own(
                    "warm-up-examples",
                    YamlValue.whole(1, Long.MAX_VALUE),
                    "0",
                    "The same for endless models, in examples.");

    static final KeyGroup KEPT = new KeyGroup("models.NAME.keep");
    static final Key<Long> KEEP_EVERY =
            KEPT.count("every", 1, MANY, "", "Keeps checkpoints whose number is a multiple of it.");
    static final Key<Long> KEEP_NEWEST =
            KEPT.count("newest", 1, MANY, "", "Keeps that many of the newest checkpoints.");
    static final Key<Boolean> KEEP_BEST =
            KEPT.bool("best", false, "Keeps the checkpoint with the greatest holdout accuracy.");

    private ModelKeys() {}

    private static ModelDefaults defaults(String encoder, FineTuningScope scope) {
        return ModelDefaults.of(encoder, FineTuning.newBuilder().setScope(scope).build());
    }

    private static String methods(Class<? extends Plugin> type) {
        return "one of "
                + Plugins.load(type).keySet()
                + " or of a plug-in; with parameters: {kind: NAME, …}";
    }

    private static String headDefault() {
        var scratch = OTHER_DEFAULTS.get("from scratch");
        if (STANDARD.head().getKind() != HeadKind.LINEAR || scratch == null) {
            throw new IllegalStateException("the standard head is not linear");
        }
        return "linear; encoder mlp: {mlp: " + scratch.head().getHidden() + "}";
    }
}
