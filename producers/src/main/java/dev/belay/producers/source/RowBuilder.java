package dev.belay.producers.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Option;
import dev.belay.schemas.events.Split;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns the cells of one row into a checked {@link Row}: id, input, class, split, tags, group,
 * votes, place in the order; of choices the options and which of them is right.
 *
 * <p>A row without id column gets the id {@code h-} + the first 32 hex digits of SHA-256 of its
 * text (of a vector: its numbers as Java writes a list of them; of an image: the SHA-256 of its
 * bytes; of choices the text and the options, sorted, each on a line): stable whatever the file is
 * called and wherever the row is, and never a function of the label, which an id must not reveal.
 *
 * <p>Splits: HOLDOUT when the split column says so, or {@code uniform("holdout", unit) < share}; of
 * the others SUPERVISOR when {@code uniform("supervisor", unit) < supervisor-share}, else STUDENT,
 * where unit is the group or, of rows without one, the id. Where truth is sampled, a STUDENT row
 * whose id is not drawn ({@link TruthDraw#takes}) loses its label. Place in the order: {@code
 * bits("order:" + seed, id)}.
 */
public final class RowBuilder {
    static final String HOLDOUT_PURPOSE = "holdout";
    static final String SUPERVISOR_PURPOSE = "supervisor";

    /** Predictions go in blocks of 1,024 ids and at most 512 KiB. */
    static final int MAX_ID_BYTES = 256;

    private static final int MAX_TAG_CHARS = 64;

    private static final int SPLIT_VALUES_KEPT = 8;

    private final String source;
    private final String keys;
    private final DataConfig config;
    private final InputReader inputs;
    private final OptionReader options;
    private final LabelReader labels;
    private final Set<String> splitValues = new TreeSet<>();
    private final String orderPurpose;
    private boolean holdoutClosed;
    private int holdoutVersion;

    /**
     * @param source what messages call it
     */
    public RowBuilder(String source, DataConfig config) {
        this(source, "data.fields", config);
    }

    /**
     * @param source what messages call it
     * @param keys of the experiment file that name the columns, for messages
     */
    public RowBuilder(String source, String keys, DataConfig config) {
        this.source = source;
        this.keys = keys;
        this.config = config;
        this.inputs = new InputReader(source, config.fields().input());
        this.options = new OptionReader(source, config.fields());
        this.labels = new LabelReader(source, config);
        this.orderPurpose = "order:" + config.orderSeed();
    }

    /** The first few values of the split column seen, for errors. */
    public Set<String> splitValues() {
        return splitValues;
    }

    /** From now on no row is HOLDOUT: those drawn for it are split as all others. */
    public void closeHoldout() {
        holdoutClosed = true;
    }

    /**
     * From now on the rows drawn for the holdout are HOLDOUT.
     *
     * @param version of the holdout that they are added in, at least 0
     */
    public void openHoldout(int version) {
        holdoutClosed = false;
        holdoutVersion = version;
    }

    /** Features of every row's vector; 0 if the input is no vector. */
    public int vectorLength() {
        return inputs.vectorLength();
    }

    /** SHA-256 (hex) of the files that rows have referred to; empty if there were none. */
    public String filesHash() {
        return inputs.filesHash();
    }

    /**
     * The row of these cells.
     *
     * @param line 1-based; 0 for none
     */
    public Row row(ObjectNode row, long line) {
        Cells cells = new Cells(source, line, row, keys);
        DataConfig.Fields fields = config.fields();
        Example.Builder example = inputs.read(cells);
        example.setGroup(fields.group() == null ? null : cells.optional(fields.group()));
        if (!fields.tags().isEmpty()) {
            Map<String, String> tags = new TreeMap<>();
            fields.tags().forEach((name, column) -> tag(line, tags, name, cells.optional(column)));
            example.setTags(tags);
        }
        String id = fields.id() == null ? null : cells.scalar(fields.id());
        String split = fields.split() == null ? null : cells.scalar(fields.split());
        if (fields.options() == null) {
            if (fields.votes() != null) {
                example.setVotes(
                        VoteReader.read(
                                cells,
                                fields.votes(),
                                (cell, where) -> labels.vote(line, cell, where)));
            }
            String key = id(line, id, () -> text(example));
            return row(line, key, example, label(cells), split);
        }
        List<String> texts = options.texts(cells);
        inputs.requireFits(line, example, texts);
        String key =
                id(
                        line,
                        id,
                        () ->
                                texts.stream()
                                        .sorted()
                                        .collect(
                                                Collectors.joining(
                                                        "\n", example.getText() + "\n", "")));
        Shuffle shuffle = Shuffle.of(key, texts.size());
        example.setOptions(
                shuffle.apply(texts).stream().map(text -> new Option(text, null)).toList());
        if (fields.votes() != null) {
            example.setVotes(
                    VoteReader.read(
                            cells,
                            fields.votes(),
                            (cell, where) ->
                                    LabelReader.isAbstention(cell)
                                            ? Row.NO_LABEL
                                            : shuffle.place(
                                                    options.index(
                                                            line, cell, texts.size(), where))));
        }
        return row(line, key, example, label(cells, shuffle), split);
    }

    /** The id of a row without an input. */
    public String id(ObjectNode row, String column) {
        return checkedId(0, new Cells(source, 0, row, keys).scalar(column));
    }

    /**
     * The class of a row without an input, or {@link Row#NO_LABEL}. Of choices it must have its
     * options.
     */
    public int label(ObjectNode row, String id) {
        Cells cells = new Cells(source, 0, row, keys);
        return config.task() == TaskKind.CLASSES
                ? label(cells)
                : label(cells, Shuffle.of(id, options.texts(cells).size()));
    }

    /** The name of the annotator of a row that is a vote. */
    public String annotator(ObjectNode row, String column) {
        Cells cells = new Cells(source, 0, row, keys);
        String annotator = cells.scalar(column);
        VoteReader.requireName(cells, annotator, column);
        return annotator;
    }

    private int label(Cells cells, Shuffle shuffle) {
        int label = options.label(cells, shuffle.size());
        return label == Row.NO_LABEL ? label : shuffle.place(label);
    }

    private void tag(long line, Map<String, String> tags, String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (value.length() > MAX_TAG_CHARS) {
            throw DataException.at(
                    source,
                    line,
                    "a tag '" + name + "' of " + value.length() + " characters",
                    "at most " + MAX_TAG_CHARS,
                    "Shorten it, or take the tag out of data.fields.tags.");
        }
        tags.put(name, value);
    }

    private static String text(Example.Builder example) {
        return example.getContent() != null
                ? example.getContent().getSha256()
                : example.getVector() != null ? example.getVector().toString() : example.getText();
    }

    /** The id of a row: its own, or the hash of its content. */
    private String id(long line, @Nullable String id, Supplier<String> content) {
        if (id != null) {
            return checkedId(line, id);
        }
        String hash = Hashing.sha256().hashString(content.get(), StandardCharsets.UTF_8).toString();
        return "h-" + hash.substring(0, 32);
    }

    private Row row(
            long line, String key, Example.Builder example, int label, @Nullable String split) {
        String group = example.getGroup();
        if (group != null && utf8Length(group) > MAX_ID_BYTES) {
            throw DataException.at(
                    source,
                    line,
                    "a group of " + utf8Length(group) + " bytes",
                    "at most " + MAX_ID_BYTES,
                    "Shorten it.");
        }
        if (split != null && splitValues.size() < SPLIT_VALUES_KEPT) {
            splitValues.add(split);
        }
        Split drawn = split(IdHash.unit(group, key), split, example.getTags());
        return new Row(
                config.isEndless() ? 0 : IdHash.bits(orderPurpose, key),
                line,
                example.setId(key)
                        .setSplit(drawn)
                        .setHoldoutVersion(drawn == Split.HOLDOUT ? holdoutVersion : 0)
                        .build(),
                hasTruth(drawn, key) ? label : Row.NO_LABEL);
    }

    /** Whether the truth of an example may be published. */
    public boolean hasTruth(Split split, String id) {
        TruthDraw truth = config.truth();
        return split != Split.STUDENT || truth == null || truth.takes(id);
    }

    /** The split of an example of which only the id is known; it has no group. */
    public Split split(String id) {
        return split(id, null, Map.of());
    }

    private String checkedId(long line, String id) {
        if (id.isBlank() || utf8Length(id) > MAX_ID_BYTES) {
            throw DataException.at(
                    source,
                    line,
                    id.isBlank() ? "an empty id" : "an id of " + utf8Length(id) + " bytes",
                    "an id of 1 to " + MAX_ID_BYTES + " bytes",
                    "Give each row an id of its own, or name no id column.");
        }
        return id;
    }

    private int label(Cells cells) {
        String column = config.fields().label();
        return labels.label(cells.line(), cells.cell(column), "'" + column + "'");
    }

    private Split split(String unit, @Nullable String column, Map<String, String> tags) {
        TagCondition where = config.holdout().where();
        if (!holdoutClosed && (where == null || where.matches(tags)) && held(unit, column)) {
            return Split.HOLDOUT;
        }
        return IdHash.uniform(SUPERVISOR_PURPOSE, unit) < config.supervisorShare()
                ? Split.SUPERVISOR
                : Split.STUDENT;
    }

    private boolean held(String unit, @Nullable String column) {
        return config.holdout() instanceof DataConfig.Holdout.Share s
                ? IdHash.uniform(HOLDOUT_PURPOSE, unit) < s.share()
                : config.holdout() instanceof DataConfig.Holdout.Column c
                        && c.value().equals(column);
    }

    public static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
