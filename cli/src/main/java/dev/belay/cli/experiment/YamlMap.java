package dev.belay.cli.experiment;

import dev.belay.plugins.Nearest;
import java.io.Reader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** A mapping in a YAML file whose keys are all known. */
final class YamlMap {
    private final YamlValue self;
    private final Map<String, YamlValue> values = new LinkedHashMap<>();
    private final Map<String, YamlValue> keys = new LinkedHashMap<>();

    YamlMap(YamlValue self, MappingNode node) {
        this.self = self;
        String path = prefix();
        for (NodeTuple tuple : node.getValue()) {
            YamlValue key = new YamlValue(self.file(), path + "?", tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode)) {
                throw key.wrong("a plain key");
            }
            put(key, new YamlValue(self.file(), path + "?", tuple.getValueNode()));
        }
    }

    /**
     * A mapping put together from keys and values of others, each with its position there.
     *
     * @param self path of the mapping, and its position for errors
     */
    YamlMap(YamlValue self, List<Map.Entry<YamlValue, YamlValue>> entries) {
        this.self = self;
        entries.forEach(entry -> put(entry.getKey(), entry.getValue()));
    }

    private void put(YamlValue key, YamlValue value) {
        String name = key.text();
        String path = prefix() + name;
        if (keys.put(name, key.at(path)) != null) {
            throw ExperimentException.at(
                    key.place(), "key '" + name + "' a second time", "each key once");
        }
        values.put(name, value.at(path));
    }

    private String prefix() {
        return self.path().isEmpty() ? "" : self.path() + ".";
    }

    /**
     * Adds the entries of another mapping that this one does not have; in the order of that one.
     */
    YamlMap with(YamlMap base) {
        with(values, base.values);
        with(keys, base.keys);
        return this;
    }

    private static void with(Map<String, YamlValue> own, Map<String, YamlValue> base) {
        Map<String, YamlValue> all = new LinkedHashMap<>(base);
        all.putAll(own);
        own.clear();
        own.putAll(all);
    }

    /** The same, here and in each mapping that both have. */
    YamlMap over(YamlMap base) {
        values.replaceAll(
                (name, value) -> {
                    YamlValue other = base.values.get(name);
                    return other == null ? value : value.over(other);
                });
        return with(base);
    }

    /**
     * Parses a whole file.
     *
     * @throws ExperimentException when it is empty, not YAML or not a mapping
     */
    static YamlMap parse(String file, Reader text) {
        Node root;
        try {
            root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(text);
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            Place place =
                    mark == null
                            ? new Place(file, 1, 1)
                            : new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
            throw new ExperimentException(
                    place + ": found text that is not YAML (" + e.getProblem() + ")", e);
        } catch (YAMLException e) {
            String problem = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", ", ");
            throw new ExperimentException(
                    file + ": found text that is not YAML (" + problem + ")", e);
        }
        if (root == null) {
            throw ExperimentException.at(
                    new Place(file, 1, 1), "nothing", "an experiment (name, data, models)");
        }
        return new YamlValue(file, "", root).map();
    }

    /** Refuses keys that are not among these. */
    YamlMap only(List<String> known) {
        keys.forEach(
                (name, key) -> {
                    if (!known.contains(name)) {
                        throw ExperimentException.at(
                                key.place(),
                                "unknown key '" + name + "'" + in(),
                                "one of " + known + Nearest.hint(name, known));
                    }
                });
        return this;
    }

    /** Refuses keys that the group does not define. */
    YamlMap only(KeyGroup known) {
        return only(known.names());
    }

    Place place() {
        return self.place();
    }

    /** All values by key, in the order of the file. */
    Map<String, YamlValue> values() {
        return values;
    }

    /** The key itself, for errors about it. */
    YamlValue key(String name) {
        YamlValue key = keys.get(name);
        return key == null ? self : key;
    }

    @Nullable YamlValue get(String name) {
        return values.get(name);
    }

    YamlValue require(String name) {
        YamlValue value = values.get(name);
        if (value == null) {
            throw ExperimentException.at(
                    place(), "keys " + keys.keySet() + in(), "also a key '" + name + "'");
        }
        return value;
    }

    @Nullable YamlValue get(Key<?> key) {
        return get(key.name());
    }

    YamlValue require(Key<?> key) {
        return require(key.name());
    }

    private String in() {
        return self.path().isEmpty() ? "" : " in " + self.path();
    }
}
