package dev.belay.cli.service;

import dev.belay.plugins.Plugins;
import dev.belay.runtime.settings.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options for the broker's address and the settings of this installation. */
public final class SettingsOptions {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsOptions.class);

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "settings in YAML; BELAY_* in the environment and options override it")
    private @Nullable Path config;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,…",
            description = "the Kafka broker (default: localhost:9092)")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description =
                    "the schema registry, as any Confluent client takes it (default:"
                            + " http://localhost:8081/apis/ccompat/v7, that of belay broker)")
    private @Nullable String registry;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "any other setting, such as kafka.security.protocol=SSL")
    private Map<String, String> others = new HashMap<>();

    /** Whether a broker was named, here, in the file or in the environment. */
    public boolean namesBroker() {
        return settings().namesBroker();
    }

    /** File, environment, options. */
    public Settings settings() {
        return settings(Map.of());
    }

    /** Makes this process find the plug-ins of the setting {@code plugins}. */
    public void usePlugins() {
        Path folder = settings().plugins();
        if (folder != null && Plugins.use(folder).isEmpty()) {
            LOG.warn(
                    "setting 'plugins': found no .jar in {}; plug-ins are found in jars directly in"
                            + " this folder",
                    folder.toAbsolutePath());
        }
    }

    /** File, environment, options, then the given ones where none of these sets them. */
    public Settings settings(Map<String, String> defaults) {
        Map<String, String> flags = new HashMap<>(others);
        if (bootstrapServers != null) {
            flags.put("kafka.bootstrap.servers", bootstrapServers);
        }
        if (registry != null) {
            flags.put("registry.url", registry);
        }
        return Settings.load(config, System.getenv(), flags).withDefaults(defaults);
    }
}
