package dev.belay.cli.run;

import dev.belay.cli.service.DurationOption;
import dev.belay.cli.service.SettingsOptions;
import dev.belay.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code run} and {@code quickstart}. */
final class RunOptions {
    /** Where the services are, as a word of the command line. */
    enum Where {
        embedded,
        external
    }

    @Mixin private SettingsOptions settings;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "belay-out",
            description = "where the results go (default: ${DEFAULT-VALUE})")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay",
            description =
                    "where the embedded broker, checkpoints and encoded texts are kept (default:"
                            + " ${DEFAULT-VALUE})")
    private Path data;

    @Option(names = "--fresh", description = "start anew; what earlier runs left is kept, not used")
    private boolean fresh;

    @Option(
            names = "--services",
            description =
                    "embedded: labelers, trainers, evaluators and aggregators run in this process;"
                            + " external: they run elsewhere (default: embedded, or external when a"
                            + " broker is named)")
    private Where services;

    void usePlugins() {
        settings.usePlugins();
    }

    @Option(
            names = "--report-every",
            paramLabel = "DURATION",
            defaultValue = "5m",
            converter = DurationOption.class,
            description =
                    "of an endless source: how often the report is written, such as 30s (default:"
                            + " ${DEFAULT-VALUE})")
    private Duration reportEvery;

    Duration reportEvery() {
        return reportEvery;
    }

    Path out() {
        return out;
    }

    Path data() {
        return data;
    }

    boolean fresh() {
        return fresh;
    }

    /** Whether the broker is this process's own. */
    boolean ownBroker() {
        return !settings.namesBroker();
    }

    boolean ownServices() {
        return services == null ? ownBroker() : services == Where.embedded;
    }

    /** The user's settings; paths not set lie below {@link #data}. */
    Settings settings(Map<String, String> platform) {
        return settings.settings(
                        Map.of(
                                "store", data.resolve("checkpoints").toString(),
                                "cache", data.resolve("cache").toString(),
                                "state", data.resolve("streams").toString()))
                .with(platform);
    }
}
