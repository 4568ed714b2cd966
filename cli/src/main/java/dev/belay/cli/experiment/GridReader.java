package dev.belay.cli.experiment;

import dev.belay.models.input.Input;
import dev.belay.plugins.Nearest;
import dev.belay.schemas.ModelId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Expands the section {@code grid} of an experiment file: a model for every combination of one
 * value of each axis.
 *
 * <p>A model's name is the names of its values, in the order of the axes, joined by dashes, so that
 * a further value changes no name. Models that differ only in {@link #OF_STUDENTS} share one
 * ceiling. It is named after the values of the other axes, and made here unless the file has a twin
 * of these models.
 */
final class GridReader {
    /** The entry of a grid that is no axis. */
    private static final String COMMON = "model";

    /** Keys that a ceiling does not take over from its students. */
    private static final Set<String> OF_STUDENTS =
            Stream.of(
                            ModelKeys.SUPERVISOR,
                            ModelKeys.CEILING,
                            ModelKeys.LOSS,
                            ModelKeys.SELECTOR,
                            ModelKeys.STOPPING,
                            ModelKeys.READY_AT,
                            ModelKeys.LABEL_POLICY)
                    .map(Key::name)
                    .collect(Collectors.toUnmodifiableSet());

    /** A value of an axis, and the keys with values that it gives to a model. */
    private record Value(String name, List<Map.Entry<YamlValue, YamlValue>> keys) {}

    private record Axis(List<Value> values) {
        /** Whether its values need ceilings of their own. */
        boolean changesCeiling() {
            return values.stream().anyMatch(value -> !ofCeiling(value.keys).isEmpty());
        }
    }

    private final YamlValue grid;
    private final boolean endless;
    private final Input.Kind kind;
    private final List<Map.Entry<YamlValue, YamlValue>> common = new ArrayList<>();
    private final List<Axis> axes = new ArrayList<>();

    private GridReader(YamlValue grid, boolean endless, Input.Kind kind) {
        this.grid = grid;
        this.endless = endless;
        this.kind = kind;
    }

    /**
     * The models of the file, then the ceilings that the grid's lack, then the grid's.
     *
     * @param models those of the section {@code models}
     * @param endless whether their source has no end
     * @param kind of the inputs that they are to classify
     */
    static List<ModelEntry> expand(
            List<ModelEntry> models, YamlValue grid, boolean endless, Input.Kind kind) {
        GridReader reader = new GridReader(grid, endless, kind);
        reader.readAxes();
        return reader.expand(models);
    }

    private void readAxes() {
        YamlMap map = grid.map();
        map.values()
                .forEach(
                        (name, value) -> {
                            if (name.equals(COMMON)) {
                                common.addAll(keys(value));
                            } else {
                                axes.add(new Axis(values(map.key(name), name, value)));
                            }
                        });
        if (axes.isEmpty()) {
            throw grid.wrong("at least one axis, such as encoder: [minilm, bge]");
        }
    }

    private static List<Map.Entry<YamlValue, YamlValue>> keys(YamlValue model) {
        YamlMap map = model.map().only(ModelKeys.MODEL);
        return map.values().entrySet().stream()
                .map(entry -> Map.entry(map.key(entry.getKey()), entry.getValue()))
                .toList();
    }

    private static List<Value> values(YamlValue key, String axis, YamlValue given) {
        boolean isKey = ModelKeys.MODEL.names().contains(axis);
        if (!isKey && !given.isMap()) {
            throw axis.equals(ExperimentKeys.SEEDS.name())
                    ? key.wrong("seeds at the top of the file: they are those of all models")
                    : given.wrong(
                            "a mapping from names to keys of a model, such as {small: {encoder:"
                                    + " minilm}}: '"
                                    + axis
                                    + "' is no key of a model"
                                    + Nearest.hint(axis, ModelKeys.MODEL.names()));
        }
        List<Value> values = given.isMap() ? named(key, isKey, given.map()) : listed(key, given);
        if (values.isEmpty()) {
            throw given.wrong("at least one value");
        }
        return values;
    }

    private static List<Value> named(YamlValue key, boolean isKey, YamlMap map) {
        List<Value> values = new ArrayList<>();
        map.values()
                .forEach(
                        (name, value) ->
                                values.add(
                                        new Value(
                                                map.key(name).name(),
                                                isKey
                                                        ? List.of(Map.entry(key, value))
                                                        : keys(value))));
        return values;
    }

    private static List<Value> listed(YamlValue key, YamlValue given) {
        List<Value> values = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlValue value : given.list()) {
            if (!value.isName()) {
                throw value.wrong(
                        "a value that can be part of a model's name ([a-z0-9-]+); for others"
                                + " make the whole axis a mapping of names, such as {naive: cross-entropy,"
                                + " half: {kind: confidence, alpha: 0.5}}");
            }
            if (!names.add(value.text())) {
                throw value.wrong("each value once");
            }
            values.add(new Value(value.text(), List.of(Map.entry(key, value))));
        }
        return values;
    }

    private List<ModelEntry> expand(List<ModelEntry> models) {
        Map<String, List<Value>> combinations = combinations();
        Map<String, ModelEntry> ceilings = new LinkedHashMap<>();
        List<ModelEntry> expanded = new ArrayList<>();
        combinations.forEach(
                (name, values) -> {
                    ModelEntry model = read(name, body(values));
                    boolean hasCeiling =
                            model.onTruth()
                                    || model.ceiling() != null
                                    || models.stream().anyMatch(m -> ModelGraph.isTwin(m, model));
                    if (hasCeiling) {
                        expanded.add(model);
                    } else {
                        String ceiling = ceilingName(values);
                        ceilings.computeIfAbsent(ceiling, n -> ceiling(n, values));
                        expanded.add(model.withCeiling(ceiling));
                    }
                });
        List<ModelEntry> all = new ArrayList<>(models);
        all.addAll(ceilings.values());
        all.addAll(expanded);
        requireDifferentNames(all);
        return all;
    }

    /** Every combination by the name of its model; the last axis changes first. */
    private Map<String, List<Value>> combinations() {
        List<List<Value>> all = List.of(List.of());
        for (Axis axis : axes) {
            List<List<Value>> longer = new ArrayList<>();
            for (List<Value> begun : all) {
                for (Value value : axis.values) {
                    List<Value> next = new ArrayList<>(begun);
                    next.add(value);
                    longer.add(next);
                }
            }
            all = longer;
        }
        Map<String, List<Value>> byName = new LinkedHashMap<>();
        for (List<Value> combination : all) {
            List<String> names = combination.stream().map(Value::name).toList();
            String name = String.join("-", names);
            List<Value> before = byName.put(name, combination);
            if (before != null) {
                throw ExperimentException.at(
                        grid.place(),
                        "two models named '%s': of %s and of %s"
                                .formatted(name, before.stream().map(Value::name).toList(), names),
                        "values whose names, joined by dashes, differ");
            }
        }
        return byName;
    }

    private String ceilingName(List<Value> values) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i).changesCeiling()) {
                name.append(values.get(i).name).append('-');
            }
        }
        return name + "ceiling";
    }

    private ModelEntry ceiling(String name, List<Value> values) {
        List<Map.Entry<YamlValue, YamlValue>> keys = new ArrayList<>(ofCeiling(body(values)));
        keys.add(Map.entry(text(ModelKeys.SUPERVISOR.name()), text(ModelId.TRUTH)));
        return read(name, keys);
    }

    private List<Map.Entry<YamlValue, YamlValue>> body(List<Value> values) {
        List<Map.Entry<YamlValue, YamlValue>> keys = new ArrayList<>(common);
        values.forEach(value -> keys.addAll(value.keys));
        return keys;
    }

    private static List<Map.Entry<YamlValue, YamlValue>> ofCeiling(
            List<Map.Entry<YamlValue, YamlValue>> keys) {
        return keys.stream().filter(key -> !OF_STUDENTS.contains(key.getKey().text())).toList();
    }

    /** Reads a model as if the section {@code models} had it; its keys keep their positions. */
    private ModelEntry read(String name, List<Map.Entry<YamlValue, YamlValue>> keys) {
        String path = ExperimentKeys.MODELS.name() + "." + name;
        YamlMap model = new YamlMap(grid.at(path), keys);
        return ModelReader.read(text(name).at(path), model, endless, kind);
    }

    /** A word that the file does not have; its position is that of the grid. */
    private YamlValue text(String word) {
        var at = grid.node();
        return new YamlValue(
                grid.file(),
                word,
                new ScalarNode(
                        Tag.STR,
                        word,
                        at.getStartMark(),
                        at.getEndMark(),
                        DumperOptions.ScalarStyle.PLAIN));
    }

    private static void requireDifferentNames(List<ModelEntry> all) {
        Map<String, ModelEntry> byName = new LinkedHashMap<>();
        for (ModelEntry model : all) {
            ModelEntry before = byName.put(model.name(), model);
            if (before != null) {
                throw ExperimentException.at(
                        before.place(),
                        "model '%s', and one of the grid (line %d) of the same name"
                                .formatted(model.name(), model.place().line()),
                        "different names");
            }
        }
    }
}
