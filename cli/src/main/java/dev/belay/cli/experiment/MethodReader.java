package dev.belay.cli.experiment;

import dev.belay.models.loss.LossFunction;
import dev.belay.plugins.Configured;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import dev.belay.schemas.events.FineTuning;
import dev.belay.trainers.methods.ExampleSelector;
import dev.belay.trainers.methods.Methods;
import dev.belay.trainers.methods.StoppingRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what a file chooses by name; the plug-ins declare the parameters. */
final class MethodReader {
    private MethodReader() {}

    static Methods methods(YamlMap model, FineTuning tuning) {
        var methods =
                new Methods(
                        method(model, "loss", LossFunction.class, Methods.DEFAULT_LOSS),
                        method(model, "selector", ExampleSelector.class, Methods.DEFAULT_SELECTOR),
                        method(model, "stopping", StoppingRule.class, Methods.DEFAULT_STOPPING));
        try {
            methods.requireFit(tuning);
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(model.place() + ": " + e.getMessage(), e);
        }
        return methods;
    }

    private static <T extends Plugin> Configured<T> method(
            YamlMap model, String key, Class<T> type, String otherwise) {
        YamlValue value = model.get(key);
        return value == null
                ? Configured.of(type, otherwise, Map.of())
                : method(value, type, Path.of(""));
    }

    /**
     * A name, or a mapping with the name as {@code kind} and parameters.
     *
     * @param directory where the paths of parameters that are files start
     */
    static <T extends Plugin> Configured<T> method(YamlValue value, Class<T> type, Path directory) {
        YamlValue name = value.isMap() ? value.map().require("kind") : value;
        T plugin = name.oneOf(Plugins.load(type));
        return new Configured<>(plugin, parameters(plugin, value, directory));
    }

    /** Those that a mapping gives beside {@code kind}. */
    static Parameters parameters(Plugin plugin, YamlValue value, Path directory) {
        Map<String, String> given = new HashMap<>();
        if (value.isMap()) {
            List<String> keys = new ArrayList<>(List.of("kind"));
            plugin.parameters().forEach(parameter -> keys.add(parameter.name()));
            YamlMap map = value.map().only(keys);
            for (Parameter parameter : plugin.parameters()) {
                YamlValue text = map.get(parameter.name());
                if (text != null) {
                    given.put(parameter.name(), canonical(parameter, text, directory));
                }
            }
        }
        try {
            return Parameters.of(plugin, given);
        } catch (IllegalArgumentException e) { // one that must be given
            throw new ExperimentException(value.place() + ": " + e.getMessage(), e);
        }
    }

    /** One parameter, given at another place than beside {@code kind}. */
    static Parameters parameter(Plugin plugin, String name, YamlValue value) {
        Parameter parameter =
                plugin.parameters().stream()
                        .filter(p -> p.name().equals(name))
                        .findAny()
                        .orElseThrow();
        return Parameters.of(plugin, Map.of(name, canonical(parameter, value, Path.of(""))));
    }

    private static String canonical(Parameter parameter, YamlValue value, Path directory) {
        try {
            String text = parameter.canonical().apply(value.textOrJson());
            return parameter.kind() == Parameter.Kind.FILE
                    ? directory.resolve(text).normalize().toString()
                    : text;
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(value.wrong(parameter.expected()).getMessage(), e);
        }
    }
}
