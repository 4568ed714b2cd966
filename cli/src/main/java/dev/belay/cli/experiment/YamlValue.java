package dev.belay.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.schemas.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value in a YAML file that knows where it stands.
 *
 * @param path how it is reached, such as {@code models.bow.loss}
 */
record YamlValue(String file, String path, Node node) {

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

    YamlMap map() {
        if (node instanceof MappingNode mapping) {
            return new YamlMap(this, mapping);
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

    long integer(long min, long max) {
        String expected =
                "a whole number "
                        + (max == Long.MAX_VALUE
                                ? "of at least " + min
                                : "from " + min + " to " + max);
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
        return number("a number from " + min + " to " + max, v -> v >= min && v <= max);
    }

    /** Between the two, both excluded. */
    double between(double low, double high) {
        return number(
                "a number between " + low + " and " + high + ", both excluded",
                v -> v > low && v < high);
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
