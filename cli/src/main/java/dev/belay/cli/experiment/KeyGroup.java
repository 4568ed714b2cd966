package dev.belay.cli.experiment;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import dev.belay.trainers.learning.ModelDefaults;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one mapping in the experiment file, in the order of the docs. The docs' default of a
 * number, a word or a truth value is written from the value that is used.
 */
final class KeyGroup {
    private final String path;
    private final List<Key<?>> keys = new ArrayList<>();

    /**
     * @param path of the mapping, such as {@code models.NAME.loss}; empty for the whole file
     */
    KeyGroup(String path) {
        this.path = path;
    }

    /** The parameters of all plug-ins of a kind; {@code kind} is the plug-in's name. */
    static KeyGroup parameters(String path, Class<? extends Plugin> type) {
        return parameters(path, Plugins.load(type).values());
    }

    /** The parameters of these plug-ins. */
    static KeyGroup parameters(String path, Collection<? extends Plugin> plugins) {
        KeyGroup group = new KeyGroup(path);
        for (Plugin plugin : plugins) {
            for (Parameter p : plugin.parameters()) {
                String defaultText =
                        p.kind() == Parameter.Kind.OPTIONAL ? p.defaultValue() : "required";
                group.own(p.name(), p.expected(), defaultText, plugin.name() + ": " + p.doc());
            }
        }
        return group;
    }

    List<Key<?>> keys() {
        return keys;
    }

    List<String> names() {
        return keys.stream().<String>map(Key::name).toList();
    }

    /** A whole number from min to max, both included. */
    Key<Integer> integer(
            String name, int min, int max, Function<ModelDefaults, Integer> defaults, String doc) {
        return add(
                name,
                YamlValue.whole(min, max),
                v -> (int) v.integer(min, max),
                defaults,
                defaults.andThen(KeyGroup::text),
                doc);
    }

    /** A whole number from min to max; 0 where the file does not give it. */
    Key<Long> count(String name, long min, long max, String defaultText, String doc) {
        return add(
                name,
                YamlValue.whole(min, max),
                v -> v.integer(min, max),
                d -> 0L,
                d -> defaultText,
                doc);
    }

    /** A number from min to max, both included. */
    Key<Double> number(
            String name,
            double min,
            double max,
            Function<ModelDefaults, Double> defaults,
            String doc) {
        return add(
                name,
                YamlValue.real(min, max),
                v -> v.number(min, max),
                defaults,
                defaults.andThen(KeyGroup::text),
                doc);
    }

    Key<Boolean> bool(String name, boolean otherwise, String doc) {
        return add(
                name, "true or false", YamlValue::bool, d -> otherwise, d -> "" + otherwise, doc);
    }

    /** One of some words. */
    <T> Key<T> choice(
            String name, Map<String, T> choices, Function<ModelDefaults, T> defaults, String doc) {
        return add(
                name,
                "one of " + choices.keySet().stream().sorted().toList(),
                v -> v.oneOf(choices),
                defaults,
                defaults.andThen(
                        value ->
                                choices.entrySet().stream()
                                        .filter(e -> e.getValue().equals(value))
                                        .map(Map.Entry::getKey)
                                        .collect(Collectors.joining())),
                doc);
    }

    /** A key whose value the caller parses. */
    Key<YamlValue> own(String name, String values, String defaultText, String doc) {
        return add(name, values, v -> v, null, d -> defaultText, doc);
    }

    private <T> Key<T> add(
            String name,
            String values,
            Function<YamlValue, T> reader,
            @Nullable Function<ModelDefaults, T> defaults,
            Function<ModelDefaults, String> defaultText,
            String doc) {
        Key<T> key = new Key<>(name, values, reader, defaults, defaultText, doc);
        keys.add(key);
        return key;
    }

    private static String text(Object value) {
        return value instanceof Double number
                ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
                : value.toString();
    }

    /** The keys' table in Markdown, with a line that names the mapping. */
    String table() {
        String mapping = path.isEmpty() ? "At the top of the file:" : "In `" + path + "`:";
        return keys.stream()
                .map(Key::row)
                .collect(
                        Collectors.joining(
                                "",
                                mapping
                                        + "\n\n| key | values | default | meaning |\n|---|---|---|---|\n",
                                ""));
    }
}
