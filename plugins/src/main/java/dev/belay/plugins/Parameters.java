package dev.belay.plugins;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parameters that a plug-in is used with: those given, and the defaults of the others.
 *
 * @param owner name of the plug-in
 * @param values of all its parameters, in canonical form
 * @param differing those that differ from their defaults: what specs store
 */
public record Parameters(
        String owner, SortedMap<String, String> values, SortedMap<String, String> differing) {

    /**
     * @param given values by name; those not given have their defaults
     * @throws IllegalArgumentException if the plug-in has no such parameter or does not accept its
     *     value, or one that must be given is missing
     */
    public static Parameters of(Plugin plugin, Map<String, String> given) {
        var result = new Parameters(plugin.name(), new TreeMap<>(), new TreeMap<>());
        var unknown = new TreeMap<>(given);
        for (Parameter parameter : plugin.parameters()) {
            String value = given.get(parameter.name());
            if (value != null) result.differ(parameter, value);
            else if (parameter.kind() != Parameter.Kind.OPTIONAL)
                throw new IllegalArgumentException(
                        "parameter '%s' of '%s' is missing, expected %s"
                                .formatted(parameter.name(), plugin.name(), parameter.expected()));
            result.values.put(
                    parameter.name(),
                    result.differing.getOrDefault(parameter.name(), parameter.defaultValue()));
            unknown.remove(parameter.name());
        }
        if (!unknown.isEmpty()) {
            List<String> known = plugin.parameters().stream().map(Parameter::name).toList();
            throw new IllegalArgumentException(
                    "unknown parameter '%s' of '%s', expected %s%s"
                            .formatted(
                                    unknown.firstKey(),
                                    plugin.name(),
                                    known.isEmpty() ? "none" : "one of " + known,
                                    Nearest.hint(unknown.firstKey(), known)));
        }
        return result;
    }

    private void differ(Parameter parameter, String value) {
        try {
            String canonical = parameter.canonical().apply(value);
            if (!canonical.equals(parameter.defaultValue()))
                differing.put(parameter.name(), canonical);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "parameter '%s' of '%s' is '%s', expected %s"
                            .formatted(parameter.name(), owner, value, parameter.expected()),
                    e);
        }
    }

    /**
     * @throws IllegalArgumentException if the plug-in declares no parameter of this name
     */
    public String text(String name) {
        String value = values.get(name);
        if (value == null)
            throw new IllegalArgumentException(
                    "'%s' declares no parameter '%s', only %s"
                            .formatted(owner, name, values.keySet()));
        return value;
    }

    public double number(String name) {
        return Double.parseDouble(text(name));
    }

    public long integer(String name) {
        return Long.parseLong(text(name));
    }

    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name));
    }
}
