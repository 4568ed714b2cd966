package dev.belay.cli.service;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Options of commands that read an existing installation: a broker by its address, or the data
 * folder of an embedded one, which is started for the duration of the command.
 */
public final class BrokerOptions {
    /** The work of a command, called once the broker answers. */
    @FunctionalInterface
    public interface Work {
        /** Returns the exit code. */
        int with(Clients clients) throws Exception;
    }

    @Mixin private SettingsOptions options;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay",
            description =
                    "the data of a run's embedded broker, where no broker is named (default:"
                            + " ${DEFAULT-VALUE})")
    private Path data;

    /** As {@link SettingsOptions#usePlugins}. */
    public void usePlugins() {
        options.usePlugins();
    }

    /**
     * Does the work.
     *
     * @param err receives what is waited for, and that a broker is being started
     * @throws IllegalArgumentException when no broker is named and the folder holds no data of one
     */
    public int on(PrintWriter err, Work work) throws Exception {
        Settings settings =
                options.settings(
                        Map.of(
                                "store", data.resolve("checkpoints").toString(),
                                "cache", data.resolve("cache").toString()));
        if (options.namesBroker()) {
            return work.with(clients(settings, err));
        }
        if (!Files.isDirectory(data.resolve("kafka"))) {
            throw new IllegalArgumentException(
                    "no data of an embedded broker in "
                            + data.toAbsolutePath()
                            + "; give the --data of the run, or --bootstrap-servers and --registry");
        }
        err.println("starting the broker on " + data);
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {})) {
            return work.with(
                    clients(
                            settings.with(
                                    Map.of(
                                            "kafka.bootstrap.servers",
                                            platform.bootstrapServers(),
                                            "registry.url",
                                            platform.registryUrl())),
                            err));
        }
    }

    private static Clients clients(Settings settings, PrintWriter err) {
        Clients clients = new Clients(settings, new SimpleMeterRegistry());
        clients.awaitBroker(err::println);
        clients.awaitRegistry(err::println);
        return clients;
    }
}
