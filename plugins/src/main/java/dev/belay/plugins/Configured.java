package dev.belay.plugins;

import java.util.Map;

/** A plug-in with its parameters. */
public record Configured<T extends Plugin>(T plugin, Parameters parameters) {
    /**
     * Finds a plug-in by its name.
     *
     * @param parameters those that differ from their defaults
     * @throws IllegalArgumentException if there is none of this name, or it does not accept the
     *     parameters
     */
    public static <T extends Plugin> Configured<T> of(
            Class<T> type, String name, Map<String, String> parameters) {
        T plugin = Plugins.get(type, name);
        return new Configured<>(plugin, Parameters.of(plugin, parameters));
    }
}
