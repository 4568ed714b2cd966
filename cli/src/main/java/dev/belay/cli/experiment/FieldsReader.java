package dev.belay.cli.experiment;

import dev.belay.models.input.Input;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.VoteColumns;
import dev.belay.schemas.TaskKind;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code data.fields}: which columns hold what. */
final class FieldsReader {
    private static final int MOST_TAGS = 16;
    private static final int MOST_ANNOTATORS = 256;

    /** Of tags and annotators. */
    private static final int NAME_CHARS = 64;

    /** Keys of which one says what the input is. */
    private static final List<String> INPUTS =
            List.of("text", "parts", "vector", "pixels", "image", "image-base64");

    private static final List<String> SIZES = List.of("width", "height", "channels");

    private FieldsReader() {}

    /**
     * @param endless whether the source is a topic, which has no split column
     */
    static DataConfig.Fields read(
            YamlMap data, TaskKind kind, DataConfig.Holdout holdout, boolean endless) {
        String split = holdout instanceof DataConfig.Holdout.Column ? "split" : null;
        YamlValue value = data.get(ExperimentKeys.FIELDS);
        if (value == null && kind == TaskKind.CHOICE) {
            throw ExperimentException.at(
                    data.place(),
                    "no fields.options, but a task of kind choice",
                    "the columns of the options, such as fields: {options: [chosen, rejected]}");
        }
        if (value == null) {
            return new DataConfig.Fields("id", "text", "label", split);
        }
        YamlMap map = value.map().only(ExperimentKeys.COLUMNS);
        YamlValue splitColumn = map.get(ExperimentKeys.SPLIT_COLUMN);
        if (splitColumn != null && endless) {
            throw splitColumn.wrong(
                    "no such key: the holdout of a topic is a share of its records");
        }
        String id = text(map.get("id"), "id");
        return new DataConfig.Fields(
                "none".equals(id) ? null : id,
                input(map, endless),
                String.valueOf(text(map.get("label"), "label")),
                text(map.get("split"), split),
                tags(map.get("tags")),
                text(map.get("group"), null),
                options(map, kind),
                votes(map.get("votes")));
    }

    private static @Nullable VoteColumns votes(@Nullable YamlValue value) {
        if (value == null) {
            return null;
        }
        if (!value.isList() && !value.isMap()) {
            return new VoteColumns.One(value.text());
        }
        Map<String, String> annotators = new LinkedHashMap<>();
        if (value.isList()) {
            names(value, 1).forEach(column -> annotators.put(column, column));
        } else {
            annotators.putAll(texts(value));
        }
        if (annotators.isEmpty() || annotators.size() > MOST_ANNOTATORS) {
            throw value.wrong("1 to " + MOST_ANNOTATORS + " annotators");
        }
        return new VoteColumns.Each(annotators);
    }

    private static DataConfig.@Nullable OptionColumns options(YamlMap map, TaskKind kind) {
        if (kind == TaskKind.CHOICE) {
            YamlValue options = map.require(ExperimentKeys.OPTIONS);
            YamlValue vector = map.get("vector");
            if (vector != null) {
                throw vector.wrong("a text or parts beside options");
            }
            return new DataConfig.OptionColumns(
                    options.isList() ? names(options, 2) : List.of(options.text()));
        }
        YamlValue options = map.get("options");
        if (options != null) {
            throw options.wrong("no such key, or 'task: {kind: choice}'");
        }
        return null;
    }

    /** Kind of what an encoder gets of a task's examples. */
    static Input.Kind kind(DataConfig.Fields fields) {
        if (fields.options() != null) {
            return Input.Kind.PARTS; // text and option
        }
        InputColumns input = fields.input();
        if (input instanceof InputColumns.Text) {
            return Input.Kind.TEXT;
        }
        if (input instanceof InputColumns.Pixels || input instanceof InputColumns.Image) {
            return Input.Kind.CONTENT;
        }
        return input instanceof InputColumns.Parts || input instanceof InputColumns.SplitText
                ? Input.Kind.PARTS
                : Input.Kind.VECTOR;
    }

    private static InputColumns input(YamlMap map, boolean endless) {
        List<YamlValue> given = INPUTS.stream().map(map::get).filter(Objects::nonNull).toList();
        if (given.size() > 1) {
            throw given.get(0).wrong("only one of " + String.join(", ", INPUTS));
        }
        for (String size : SIZES) {
            YamlValue column = map.get(size);
            if (column != null && map.get("pixels") == null) {
                throw column.wrong("'pixels' beside it");
            }
        }
        YamlValue parts = map.get("parts");
        if (parts != null) {
            return parts.isMap() ? split(parts) : new InputColumns.Parts(names(parts, 2));
        }
        YamlValue vector = map.get("vector");
        if (vector != null) {
            return vector.isList()
                    ? new InputColumns.Features(names(vector, 1))
                    : new InputColumns.Vector(vector.text());
        }
        YamlValue pixels = map.get("pixels");
        if (pixels != null) {
            List<String> sizes =
                    SIZES.stream().map(s -> String.valueOf(text(map.get(s), s))).toList();
            return new InputColumns.Pixels(pixels.text(), sizes.get(0), sizes.get(1), sizes.get(2));
        }
        YamlValue image = map.get("image");
        if (image != null && endless) {
            throw image.wrong("image-base64: a topic has no folder of image files");
        }
        if (image != null) {
            return new InputColumns.Image(image.text(), false);
        }
        YamlValue base64 = map.get("image-base64");
        if (base64 != null) {
            return new InputColumns.Image(base64.text(), true);
        }
        return new InputColumns.Text(String.valueOf(text(map.get("text"), "text")));
    }

    private static InputColumns split(YamlValue parts) {
        YamlMap map = parts.map().only(List.of("from", "separator", "names"));
        return new InputColumns.SplitText(
                map.require("from").text(),
                map.require("separator").verbatim(),
                names(map.require("names"), 2));
    }

    private static List<String> names(YamlValue list, int atLeast) {
        Set<String> names = new LinkedHashSet<>();
        for (YamlValue name : list.list()) {
            if (!names.add(name.text())) {
                throw name.wrong("each name once");
            }
        }
        if (names.size() < atLeast) {
            throw list.wrong("at least " + atLeast + " different names");
        }
        return List.copyOf(names);
    }

    private static Map<String, String> tags(@Nullable YamlValue value) {
        Map<String, String> tags = value == null ? Map.of() : texts(value);
        if (value != null && tags.size() > MOST_TAGS) {
            throw value.wrong("at most " + MOST_TAGS + " tags");
        }
        return tags;
    }

    /** A mapping of names to columns. */
    private static Map<String, String> texts(YamlValue value) {
        Map<String, String> texts = new LinkedHashMap<>();
        YamlMap map = value.map();
        map.values()
                .forEach(
                        (name, column) -> {
                            if (name.length() > NAME_CHARS) {
                                throw map.key(name)
                                        .wrong("a name of at most " + NAME_CHARS + " characters");
                            }
                            texts.put(name, column.text());
                        });
        return texts;
    }

    private static @Nullable String text(@Nullable YamlValue value, @Nullable String otherwise) {
        return value == null ? otherwise : value.text();
    }
}
