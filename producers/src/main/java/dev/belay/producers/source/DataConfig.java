package dev.belay.producers.source;

import dev.belay.plugins.Configured;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.TruthDraw;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Source of a task's data, their splits and their order of production.
 *
 * @param supervisorShare share of the rows outside the holdout that go to SUPERVISOR, the others go
 *     to STUDENT; in [0, 1]
 * @param orderSeed seed of {@link Order#HASH}
 * @param classes class names, at least 2; of a choice task, which has {@code fields.options}, none
 * @param labels what the source writes for each class, beside its name; as many as classes, or none
 *     where it writes the class's index. Without labels a name that is a number must be its own
 *     index; with them no name may be the label of another class, so that {@code 1} never has two
 *     meanings
 * @param truth which STUDENT rows have truth; null: all whose label the source has
 */
public record DataConfig(
        Configured<Source> source,
        Fields fields,
        Holdout holdout,
        double supervisorShare,
        Order order,
        long orderSeed,
        List<String> classes,
        List<String> labels,
        @Nullable TruthDraw truth) {

    private static final Pattern INTEGER = Pattern.compile("-?\\d+");

    public DataConfig {
        classes = List.copyOf(classes);
        labels = List.copyOf(labels);
        if (!(supervisorShare >= 0 && supervisorShare <= 1)) {
            throw new IllegalArgumentException(
                    "supervisor-share must be in [0, 1], found " + supervisorShare);
        }
        if (fields.options() != null) {
            requireChoice(fields, classes);
        } else if (classes.size() < 2 || new HashSet<>(classes).size() < classes.size()) {
            throw new IllegalArgumentException(
                    "classes must be at least two different names, found " + classes);
        }
        if (!labels.isEmpty()
                && (labels.size() != classes.size()
                        || new HashSet<>(labels).size() < labels.size())) {
            throw new IllegalArgumentException(
                    "labels must be different and one for each of the classes %s, found %s"
                            .formatted(classes, labels));
        }
        for (int i = 0; i < classes.size(); i++) {
            requireUnambiguous(classes.get(i), i, labels);
        }
        if (source.plugin() instanceof EndlessSource
                && !(holdout instanceof Holdout.Share share && share.size() > 0)) {
            throw new IllegalArgumentException(
                    "a source without end needs a holdout with a share and a size, found "
                            + holdout);
        }
        if (source.plugin() instanceof EndlessSource endless) {
            endless.check(source.parameters(), fields);
        }
        if (holdout instanceof Holdout.Column && fields.split() == null) {
            throw new IllegalArgumentException(
                    "holdout by column needs fields.split, the column that says so");
        }
    }

    private static void requireChoice(Fields fields, List<String> classes) {
        if (!classes.isEmpty()) {
            throw new IllegalArgumentException(
                    "a task whose examples have options has no classes, found " + classes);
        }
        if (fields.input() instanceof InputColumns.Features
                || fields.input() instanceof InputColumns.Vector) {
            throw new IllegalArgumentException(
                    "options need a text or parts beside them, found a vector");
        }
    }

    /** What is predicted: one of the classes, or of the example's own options. */
    public TaskKind task() {
        return fields.options() == null ? TaskKind.CLASSES : TaskKind.CHOICE;
    }

    /** Whether the source never ends. */
    public boolean isEndless() {
        return source.plugin() instanceof EndlessSource;
    }

    /** Whose truth is no sample. */
    public DataConfig(
            Configured<Source> source,
            Fields fields,
            Holdout holdout,
            double supervisorShare,
            Order order,
            long orderSeed,
            List<String> classes,
            List<String> labels) {
        this(source, fields, holdout, supervisorShare, order, orderSeed, classes, labels, null);
    }

    /** The same with another draw of truth. */
    public DataConfig withTruth(@Nullable TruthDraw draw) {
        return new DataConfig(
                source, fields, holdout, supervisorShare, order, orderSeed, classes, labels, draw);
    }

    /** Of a source that writes classes by name or index. */
    public DataConfig(
            Configured<Source> source,
            Fields fields,
            Holdout holdout,
            double supervisorShare,
            Order order,
            long orderSeed,
            List<String> classes) {
        this(source, fields, holdout, supervisorShare, order, orderSeed, classes, List.of());
    }

    private static void requireUnambiguous(String name, int index, List<String> labels) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "a class must have a name, found '" + name + "' at index " + index);
        }
        if (labels.isEmpty()
                && INTEGER.matcher(name).matches()
                && !name.equals(Integer.toString(index))) {
            throw new IllegalArgumentException(
                    ("a class named by a number must be named by its own index, found '%s' at index"
                                    + " %s; where the data count otherwise write a mapping from their labels"
                                    + " to names, such as classes: {1: world, 2: sports}")
                            .formatted(name, index));
        }
        int label = labels.indexOf(name);
        if (label >= 0 && label != index) {
            throw new IllegalArgumentException(
                    ("no class may have the label of another one as its name, found"
                                    + " class '%s' with label '%s'")
                            .formatted(name, labels.get(index)));
        }
    }

    /**
     * The configuration of a source with a preset.
     *
     * @throws IllegalArgumentException if the source has none
     */
    public static DataConfig preset(Configured<Source> source, double supervisorShare) {
        Source.Preset preset = source.plugin().preset();
        if (preset == null) {
            throw new IllegalArgumentException(
                    "source '"
                            + source.plugin().name()
                            + "' needs the keys task.classes and holdout");
        }
        return new DataConfig(
                source,
                preset.fields(),
                preset.holdout(),
                supervisorShare,
                Order.HASH,
                0,
                preset.classes());
    }

    /**
     * Names of the columns.
     *
     * @param id null: the id is a hash of the input (see {@link RowBuilder})
     * @param split null: the file has no split column
     * @param tags name of each tag and its column; an empty or null cell is no tag
     * @param group null: every example is a group of its own, as one is whose cell is empty or null
     * @param label holds the class; of a choice task the index of the right option, or it is one of
     *     the columns of the options: then that one is always right
     * @param options null: a class task
     * @param votes null: examples come without votes
     */
    public record Fields(
            @Nullable String id,
            InputColumns input,
            String label,
            @Nullable String split,
            Map<String, String> tags,
            @Nullable String group,
            @Nullable OptionColumns options,
            @Nullable VoteColumns votes) {
        public Fields {
            tags = new TreeMap<>(tags);
        }

        /** Of a class task. */
        public Fields(
                @Nullable String id,
                InputColumns input,
                String label,
                @Nullable String split,
                Map<String, String> tags,
                @Nullable String group) {
            this(id, input, label, split, tags, group, null, null);
        }

        /** Without votes. */
        public Fields(
                @Nullable String id,
                InputColumns input,
                String label,
                @Nullable String split,
                Map<String, String> tags,
                @Nullable String group,
                @Nullable OptionColumns options) {
            this(id, input, label, split, tags, group, options, null);
        }

        /** All columns that are read. */
        public Set<String> columns() {
            Set<String> columns = new LinkedHashSet<>(List.of(label));
            Stream.of(id, split, group).filter(Objects::nonNull).forEach(columns::add);
            columns.addAll(input.columns());
            columns.addAll(tags.values());
            if (options != null) {
                columns.addAll(options.columns());
            }
            if (votes != null) {
                columns.addAll(votes.columns());
            }
            return columns;
        }

        /** Of rows whose input is a text, without tags and groups. */
        public Fields(@Nullable String id, String text, String label, @Nullable String split) {
            this(id, new InputColumns.Text(text), label, split, Map.of(), null);
        }

        /** Columns named as what they hold, without a split column. */
        public static Fields defaults() {
            return new Fields("id", "text", "label", null);
        }
    }

    /**
     * Which columns hold the options of an example.
     *
     * @param columns one option in each; or one column with a list of texts
     */
    public record OptionColumns(List<String> columns) {
        public OptionColumns {
            columns = List.copyOf(columns);
        }

        /** Whether one column has all options. */
        boolean isList() {
            return columns.size() == 1;
        }
    }

    /** Which columns hold the input, and what it is. */
    public sealed interface InputColumns {
        /** All columns that are read. */
        List<String> columns();

        record Text(String column) implements InputColumns {
            @Override
            public List<String> columns() {
                return List.of(column);
            }
        }

        /**
         * A part a column, named as the column.
         *
         * @param columns at least two
         */
        record Parts(List<String> columns) implements InputColumns {}

        /**
         * Parts of one column.
         *
         * @param separator between them, literally
         * @param names of the parts, at least two; each row has exactly so many
         */
        record SplitText(String column, String separator, List<String> names)
                implements InputColumns {
            @Override
            public List<String> columns() {
                return List.of(column);
            }
        }

        /** A vector with a feature a column. */
        record Features(List<String> columns) implements InputColumns {}

        /** A vector in one column: a JSON array of numbers. */
        record Vector(String column) implements InputColumns {
            @Override
            public List<String> columns() {
                return List.of(column);
            }
        }

        /**
         * An image as its pixels: an array of 0 to 255, row by row, of 3 channels red, green, blue
         * of a pixel together.
         */
        record Pixels(String pixels, String width, String height, String channels)
                implements InputColumns {
            @Override
            public List<String> columns() {
                return List.of(pixels, width, height, channels);
            }
        }

        /**
         * An image file.
         *
         * @param base64 whether the column has its bytes in Base64; else its path, relative to the
         *     data file
         */
        record Image(String column, boolean base64) implements InputColumns {
            @Override
            public List<String> columns() {
                return List.of(column);
            }
        }
    }

    /** Which rows are only ever predicted. */
    public sealed interface Holdout {
        /**
         * What an example must be tagged with to be held out; the others that would be are split as
         * all rows are. Null: nothing.
         */
        @Nullable TagCondition where();

        /** Rows whose split column has this value. */
        record Column(String value, @Nullable TagCondition where) implements Holdout {
            /** All rows that have it. */
            public Column(String value) {
                this(value, null);
            }
        }

        /**
         * A share of all rows, drawn by hash of the id.
         *
         * @param share in (0, 1)
         * @param size of an endless source: examples after which the holdout is complete, at least
         *     1; 0: all that are drawn
         * @param rolling of an endless source: event time after which so many more are taken, again
         *     and again; null: the holdout is frozen
         */
        record Share(
                double share, long size, @Nullable TagCondition where, @Nullable Duration rolling)
                implements Holdout {
            /** Of a finite source. */
            public Share(double share) {
                this(share, 0);
            }

            /** Of all rows, frozen. */
            public Share(double share, long size) {
                this(share, size, null, null);
            }

            public Share {
                if (!(share > 0 && share < 1)) {
                    throw new IllegalArgumentException(
                            "holdout share must be between 0 and 1, both excluded, found " + share);
                }
            }
        }
    }

    public enum Order {
        /** By hash of (order seed, id): many real files are sorted by class. */
        HASH,
        /** As in the file. */
        FILE
    }
}
