package dev.belay.cli.experiment;

import dev.belay.models.loss.LossFunction;
import dev.belay.plugins.Configured;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import dev.belay.trainers.methods.ExampleSelector;
import dev.belay.trainers.methods.Methods;
import dev.belay.trainers.methods.StoppingRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what a model chooses by name; the plug-ins declare the parameters. */
final class MethodReader {
    private MethodReader() {}

    static Methods methods(YamlMap model) {
        return new Methods(
                method(model, "loss", LossFunction.class, Methods.DEFAULT_LOSS),
                method(model, "selector", ExampleSelector.class, Methods.DEFAULT_SELECTOR),
                method(model, "stopping", StoppingRule.class, Methods.DEFAULT_STOPPING));
    }

    /** A name, or a mapping with the name as {@code kind} and parameters. */
    private static <T extends Plugin> Configured<T> method(
            YamlMap model, String key, Class<T> type, String otherwise) {
        YamlValue value = model.get(key);
        if (value == null) {
            return Configured.of(type, otherwise, Map.of());
        }
        YamlValue name = value.isMap() ? value.map().require("kind") : value;
        T plugin = name.oneOf(Plugins.load(type));
        return new Configured<>(plugin, parameters(plugin, value));
    }

    private static Parameters parameters(Plugin plugin, YamlValue value) {
        Map<String, String> given = new HashMap<>();
        if (value.isMap()) {
            List<String> keys = new ArrayList<>(List.of("kind"));
            plugin.parameters().forEach(parameter -> keys.add(parameter.name()));
            YamlMap map = value.map().only(keys);
            for (Parameter parameter : plugin.parameters()) {
                YamlValue text = map.get(parameter.name());
                if (text != null) {
                    given.put(parameter.name(), canonical(parameter, text));
                }
            }
        }
        return Parameters.of(plugin, given);
    }

    private static String canonical(Parameter parameter, YamlValue value) {
        try {
            return parameter.canonical().apply(value.text());
        } catch (IllegalArgumentException e) {
            throw new ExperimentException(value.wrong(parameter.expected()).getMessage(), e);
        }
    }
}
