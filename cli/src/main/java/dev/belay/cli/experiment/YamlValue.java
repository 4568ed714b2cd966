package dev.belay.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.plugins.Nearest;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.Names;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value in a YAML file with its position.
 *
 * @param path how it is reached, such as {@code models.bow.loss}
 * @param base the value in the file's base whose entries it has where it lacks them; null: none
 */
record YamlValue(String file, String path, Node node, @Nullable YamlValue base) {
    YamlValue(String file, String path, Node node) {
        this(file, path, node, null);
    }

    /** The same, reached by another path. */
    YamlValue at(String other) {
        return new YamlValue(file, other, node, base);
    }

    /** The same over one of the file's base. */
    YamlValue over(YamlValue other) {
        return new YamlValue(file, path, node, other);
    }

    Place place() {
        return new Place(
                file, node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
    }

    ExperimentException wrong(String expected) {
        return ExperimentException.at(place(), found() + " in " + path, expected);
    }

    boolean isMap() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    YamlMap map() {
        if (node instanceof MappingNode mapping) {
            YamlMap map = new YamlMap(this, mapping);
            return base != null && base.isMap() ? map.with(base.map()) : map;
        }
        throw wrong("a mapping (key: value)");
    }

    List<YamlValue> list() {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream().map(n -> new YamlValue(file, path, n)).toList();
        }
        throw wrong("a list, such as [a, b]");
    }

    /** Any scalar as it is written: {@code no} is the word, not a truth value. */
    String text() {
        if (node instanceof ScalarNode scalar
                && !scalar.getTag().equals(Tag.NULL)
                && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        throw wrong("a text");
    }

    /** Any scalar that is not empty, blanks too. */
    String verbatim() {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
            return scalar.getValue();
        }
        throw wrong("a text");
    }

    /** A scalar as it is written; a list or mapping of texts as JSON, in the order of the file. */
    String textOrJson() {
        if (node instanceof ScalarNode) {
            return text();
        }
        try {
            return new ObjectMapper().writeValueAsString(tree());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can't be written as JSON", e);
        }
    }

    private Object tree() {
        if (isMap()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            map().values().forEach((key, value) -> tree.put(key, value.tree()));
            return tree;
        }
        return node instanceof SequenceNode
                ? list().stream().map(YamlValue::tree).toList()
                : text();
    }

    /** Whether it is a scalar that {@link #name} accepts. */
    boolean isName() {
        return node instanceof ScalarNode scalar && scalar.getValue().matches("[a-z0-9-]+");
    }

    /** A name of the form {@code [a-z0-9-]+}. */
    String name() {
        String text = text();
        try {
            return Names.require(path, text);
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(place() + ": " + e.getMessage(), e);
        }
    }

    /** One of some words. */
    <T> T oneOf(Map<String, T> choices) {
        T choice = choices.get(text());
        if (choice == null) {
            List<String> known = choices.keySet().stream().sorted().toList();
            throw wrong("one of " + known + Nearest.hint(text(), known));
        }
        return choice;
    }

    boolean bool() {
        if (node.getTag().equals(Tag.BOOL)) {
            return oneOf(Map.of("true", true, "false", false));
        }
        throw wrong("true or false");
    }

    /** Above 0. */
    Duration duration() {
        String expected = "a duration above 0: 500ms, 10s, 5m";
        try {
            Duration duration = Settings.duration(text());
            if (duration.toMillis() > 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(wrong(expected).getMessage(), e);
        }
        throw wrong(expected);
    }

    long integer(long min, long max) {
        String expected = whole(min, max);
        try {
            long value = Long.parseLong(text());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ExperimentException(wrong(expected).getMessage(), e);
        }
        throw wrong(expected);
    }

    /** From {@code min} to {@code max}, both included. */
    double number(double min, double max) {
        return number(real(min, max), v -> v >= min && v <= max);
    }

    /** Between the two, both excluded. */
    double between(double low, double high) {
        return number(realBetween(low, high), v -> v > low && v < high);
    }

    /** What {@link #integer} accepts, in words. */
    static String whole(long min, long max) {
        return max == Long.MAX_VALUE
                ? "a whole number of at least " + min
                : "a whole number from " + min + " to " + max;
    }

    /** What {@link #number} accepts, in words. */
    static String real(double min, double max) {
        return "a number from " + min + " to " + max;
    }

    /** What {@link #between} accepts, in words. */
    static String realBetween(double low, double high) {
        return "a number between " + low + " and " + high + ", both excluded";
    }

    private double number(String expected, DoublePredicate accepted) {
        try {
            double value = Double.parseDouble(text());
            if (accepted.test(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ExperimentException(wrong(expected).getMessage(), e);
        }
        throw wrong(expected);
    }

    private String found() {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "nothing" : "'" + scalar.getValue() + "'";
        }
        if (node instanceof SequenceNode sequence) {
            int size = sequence.getValue().size();
            return size == 0 ? "an empty list" : "a list of " + size;
        }
        return "a mapping";
    }
}
