package dev.belay.cli.experiment;

import dev.belay.plugins.Plugins;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.Source;
import dev.belay.schemas.TaskKind;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Definition of the keys of the experiment file, those of a model in {@link ModelKeys}. A key that
 * is not defined is refused; the tables of {@code belay docs keys} are made from these definitions.
 */
public final class ExperimentKeys {
    static final KeyGroup FILE = new KeyGroup("");
    static final Key<YamlValue> BASE =
            FILE.own(
                    "base",
                    "a file name, relative to the experiment file",
                    "",
                    "An experiment file that this one completes or changes; see below.");
    static final Key<YamlValue> NAME =
            FILE.own("name", "[a-z0-9-]+", "required", "Name of the experiment.");
    static final Key<YamlValue> TASK =
            FILE.own("task", "a mapping", "", "What is predicted; see below.");
    static final Key<YamlValue> DATA =
            FILE.own("data", "a mapping", "required", "Where the examples come from; see below.");
    static final Key<YamlValue> LABELERS =
            FILE.own(
                    "labelers",
                    "a mapping of names to labelers",
                    "",
                    "Labelers that are not models (rules, ensembles, external, of plug-ins); a"
                            + " model's supervisor may name one.");
    static final Key<YamlValue> MODELS =
            FILE.own(
                    "models",
                    "a mapping from names ([a-z0-9-]+) to models",
                    "required without grid",
                    "The models; see below.");
    static final Key<YamlValue> GRID =
            FILE.own(
                    "grid",
                    "a mapping from axes to their values",
                    "",
                    "A model for every combination of one value of each axis; see below.");
    static final Key<Boolean> BASELINES =
            FILE.bool(
                    "baselines",
                    false,
                    "Adds honest baselines: of each kind of student a model that learns from the"
                            + " truth that its supervisor has learned from, with as many steps as the"
                            + " student; with kind: choice also one that only sees lengths. They are"
                            + " reported beside PGR.");
    static final Key<YamlValue> SEEDS =
            FILE.own(
                    "seeds",
                    "a list of whole numbers, at least 0",
                    "[0]",
                    "Every model is trained once per seed; student seed s learns from supervisor"
                            + " seed s.");

    static final KeyGroup TASKS = new KeyGroup("task");
    static final Key<YamlValue> TASK_NAME =
            TASKS.own(
                    "name",
                    "[a-z0-9-]+",
                    "the experiment's name",
                    "Name of the task in topic names. Experiments may share a task.");
    static final Key<TaskKind> TASK_KIND =
            TASKS.choice(
                    "kind",
                    Map.of("classes", TaskKind.CLASSES, "choice", TaskKind.CHOICE),
                    d -> TaskKind.CLASSES,
                    "classes: one of a fixed list; choice: one of the example's own options"
                            + " (data.fields.options).");
    static final Key<YamlValue> CLASSES =
            TASKS.own(
                    "classes",
                    "a list of at least two names, or a mapping from the data's labels to names",
                    "those of a builtin; none with kind: choice; else required",
                    "Class names. With a list, a label is a name or its index from 0; with a"
                            + " mapping such as {1: world, 2: sports} it is a key or a name.");

    static final KeyGroup SOURCE = new KeyGroup("data");
    static final Key<YamlValue> PATH =
            SOURCE.own(
                    "path",
                    "a file name, relative to the experiment file",
                    "required, or builtin, topic or source",
                    "File of examples; .gz and .zst are unpacked.");
    static final Key<YamlValue> TOPIC =
            SOURCE.own(
                    "topic",
                    "a topic",
                    "",
                    "An existing topic whose values are JSON objects, read without end (others:"
                            + " source); allowed with it: fields, holdout: {share, size, rolling},"
                            + " supervisor-share and truth.");
    static final Key<YamlValue> BUILTIN =
            SOURCE.own(
                    "builtin",
                    "one of " + SourceReader.builtins().keySet(),
                    "",
                    "A task that comes with Belay; allowed with it: supervisor-share, truth and"
                            + " rows-per-second.");
    static final Key<YamlValue> FORMAT =
            SOURCE.own(
                    "format",
                    "one of " + SourceReader.formats().keySet() + " or of a plug-in",
                    "by the file's name",
                    "Format of the file. csv (RFC 4180) and tsv have a header line; parquet is"
                            + " Apache Parquet; chess is JSON Lines with positions and best moves.");
    static final Key<YamlValue> NAMED =
            SOURCE.own(
                    "source",
                    "one of "
                            + Plugins.load(Source.class).keySet()
                            + " or of a plug-in; with parameters: {kind: NAME, …}",
                    "",
                    "Any source by its name; path, builtin and topic are short forms. Parameters"
                            + " below.");
    static final Key<YamlValue> FIELDS =
            SOURCE.own("fields", "a mapping", "see below", "Names of the columns.");
    static final Key<YamlValue> HOLDOUT =
            SOURCE.own(
                    "holdout",
                    "{split: VALUE} or {share: NUMBER}",
                    "required, except with builtin",
                    "Which rows are only predicted, never learned from.");
    static final Key<Double> SUPERVISOR_SHARE =
            SOURCE.number(
                    "supervisor-share",
                    0,
                    1,
                    d -> 0.5,
                    "Share of the rows outside the holdout that form the supervisor split, by hash"
                            + " of the id; the others form the student split.");
    static final Key<YamlValue> TRUTH =
            SOURCE.own(
                    "truth",
                    "{sampled: NUMBER}",
                    "all labels of the data are truth",
                    "Only a random share of the student split has truth; see below.");
    static final Key<DataConfig.Order> ORDER =
            SOURCE.choice(
                    "order",
                    Map.of("hash", DataConfig.Order.HASH, "file", DataConfig.Order.FILE),
                    d -> DataConfig.Order.HASH,
                    "Order of production: by hash of (order-seed, id), or as in the file.");
    static final Key<Long> ORDER_SEED =
            SOURCE.count("order-seed", 0, Long.MAX_VALUE, "0", "Seed of order: hash.");
    static final Key<YamlValue> ROWS_PER_SECOND =
            SOURCE.own(
                    "rows-per-second",
                    YamlValue.real(0.001, 1e9),
                    "as fast as possible",
                    "Rate of production, for demonstrations.");

    static final KeyGroup SOURCES = KeyGroup.parameters("data.source", Source.class);

    static final KeyGroup COLUMNS = new KeyGroup("data.fields");
    static final Key<YamlValue> ID =
            COLUMNS.own(
                    "id", "a column, or none", "id", "Id of the row; none: a hash of its text.");
    static final Key<YamlValue> TEXT = COLUMNS.own("text", "a column", "text", "The text.");
    static final Key<YamlValue> PARTS =
            COLUMNS.own(
                    "parts",
                    "a list of columns, or {from: COLUMN, separator: TEXT, names: [NAME, …]}",
                    "",
                    "Instead of text: several texts, such as premise and hypothesis, encoded as two"
                            + " segments by pretrained encoders.");
    static final Key<YamlValue> VECTOR =
            COLUMNS.own(
                    "vector",
                    "a list of columns, or one column with arrays of numbers (jsonl)",
                    "",
                    "Instead of text: features, for models with encoder: vector.");
    static final Key<YamlValue> OPTIONS =
            COLUMNS.own(
                    "options",
                    "a column with a list of 2 to 256 texts, or a list of columns with a text each",
                    "required with kind: choice",
                    "The options of each example, beside its text or parts. They are written in an"
                            + " order that depends on the id only.");
    static final Key<YamlValue> PIXELS =
            COLUMNS.own(
                    "pixels",
                    "a column with arrays of 0 to 255 (jsonl)",
                    "",
                    "Instead of text: an image, row by row, of 3 channels red, green, blue of a"
                            + " pixel together; models learn from it with encoder: pixels, cnn or"
                            + " hf:NAME.");
    static final Key<YamlValue> WIDTH =
            COLUMNS.own("width", "a column", "width", "Beside pixels: the image's width.");
    static final Key<YamlValue> HEIGHT =
            COLUMNS.own("height", "a column", "height", "Beside pixels: its height.");
    static final Key<YamlValue> CHANNELS =
            COLUMNS.own("channels", "a column", "channels", "Beside pixels: 1 (gray) or 3 (RGB).");
    static final Key<YamlValue> IMAGE =
            COLUMNS.own(
                    "image",
                    "a column",
                    "",
                    "Instead of text: path of a PNG or JPEG file of at most 64 KiB, relative to the"
                            + " data file and below its folder.");
    static final Key<YamlValue> IMAGE_BASE64 =
            COLUMNS.own(
                    "image-base64",
                    "a column",
                    "",
                    "Instead of text: the bytes of such a file in Base64.");
    static final Key<YamlValue> TAGS =
            COLUMNS.own("tags", "a mapping of names to columns", "", "Tags of each example.");
    static final Key<YamlValue> GROUP =
            COLUMNS.own(
                    "group",
                    "a column",
                    "",
                    "Rows with the same value are in the same split; empty: a group of its own.");
    static final Key<YamlValue> LABEL =
            COLUMNS.own(
                    "label",
                    "a column",
                    "label",
                    "The right class; null (jsonl, parquet) or an empty cell (csv, tsv): unknown."
                            + " With options: the index of the right one from 0, or the one of their"
                            + " columns that is always right.");
    static final Key<YamlValue> VOTES =
            COLUMNS.own(
                    "votes",
                    "a column, a list of columns, or {ANNOTATOR: COLUMN, …}",
                    "",
                    "Weak labels of annotators, for labelers of kind crowd: one column with {annotator: label}, [[annotator, label], …] or [label, …], also as a text; or a column for each annotator, where an empty cell is no vote.");
    static final Key<YamlValue> SPLIT_COLUMN =
            COLUMNS.own(
                    "split",
                    "a column",
                    "split with holdout: {split: …}; else none",
                    "Column that marks the rows of the holdout.");

    static final KeyGroup HOLDOUTS = new KeyGroup("data.holdout");
    static final Key<YamlValue> HOLDOUT_SPLIT =
            HOLDOUTS.own("split", "a text", "", "Rows whose split column has this value.");
    static final Key<YamlValue> HOLDOUT_SHARE =
            HOLDOUTS.own(
                    "share",
                    YamlValue.realBetween(0, 1),
                    "",
                    "A share of all rows, drawn by hash of the id.");
    static final Key<YamlValue> HOLDOUT_SIZE =
            HOLDOUTS.own(
                    "size",
                    YamlValue.whole(1, Integer.MAX_VALUE),
                    "2000 with topic",
                    "With data.topic: number of examples of the holdout; checkpoints are evaluated"
                            + " once it is complete.");

    static final Key<YamlValue> HOLDOUT_ROLLING =
            HOLDOUTS.own(
                    "rolling",
                    "a duration: 12h, 7d",
                    "none: the holdout is frozen",
                    "With data.topic: event time after which size more examples are added to the"
                            + " holdout, again and again; later checkpoints are evaluated on the newest"
                            + " of them.");

    static final Key<YamlValue> HOLDOUT_WHERE =
            HOLDOUTS.own(
                    "where",
                    ModelKeys.WHERE.values(),
                    "",
                    "Of these rows only those with this tag; the others are split as all rows are."
                            + " For models that learn from easy examples and are evaluated on hard"
                            + " ones.");

    static final KeyGroup TRUTHS = new KeyGroup("data.truth");
    static final Key<YamlValue> TRUTH_SAMPLED =
            TRUTHS.own(
                    "sampled",
                    YamlValue.realBetween(0, 1),
                    "required",
                    "Probability with which a row of the student split has truth; supervisor split"
                            + " and holdout keep all of theirs.");
    static final Key<Long> TRUTH_SEED =
            TRUTHS.count(
                    "seed",
                    0,
                    Long.MAX_VALUE,
                    "0",
                    "Which rows are drawn: those whose hash of (seed, id) is below sampled.");
    static final Key<Boolean> TRUTH_EXTERNAL =
            TRUTHS.bool(
                    "external",
                    false,
                    "true: whoever labels the data has drawn the rows with that probability; all"
                            + " labels are published.");

    private static final List<KeyGroup> ALL =
            Stream.of(
                            List.of(
                                    FILE,
                                    TASKS,
                                    SOURCE,
                                    SOURCES,
                                    COLUMNS,
                                    HOLDOUTS,
                                    TRUTHS,
                                    ModelKeys.MODEL),
                            ModelKeys.METHODS,
                            List.of(ModelKeys.OPTIMIZERS, ModelKeys.KEPT))
                    .flatMap(List::stream)
                    .filter(group -> !group.keys().isEmpty())
                    .toList();

    private ExperimentKeys() {}

    /** All keys in Markdown, a table for each mapping of the file. */
    public static String tables() {
        return ALL.stream().map(KeyGroup::table).collect(Collectors.joining("\n"));
    }
}
