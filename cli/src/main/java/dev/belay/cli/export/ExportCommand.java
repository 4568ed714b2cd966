package dev.belay.cli.export;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.service.SettingsOptions;
import dev.belay.runtime.Clients;
import dev.belay.runtime.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay export}: an experiment's truth, labels and predictions, for a recount by others. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Writes truth.jsonl, labels.jsonl and predictions.jsonl of an experiment's newest"
                        + " run.")
public final class ExportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay",
            description =
                    "the data of the run's embedded broker, where no broker is named (default:"
                            + " ${DEFAULT-VALUE})")
    private Path data;

    @Option(
            names = "--experiment",
            paramLabel = "NAME",
            description = "which, where there are several")
    private @Nullable String experiment;

    @Override
    public Integer call() throws IOException {
        if (options.namesBroker()) {
            return write(options.settings());
        }
        if (!Files.isDirectory(data.resolve("kafka"))) {
            throw new IllegalArgumentException(
                    "no data of an embedded broker in "
                            + data.toAbsolutePath()
                            + "; give the --data of the run, or --bootstrap-servers and --registry");
        }
        say("starting the broker on " + data + " to read its topics");
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {})) {
            return write(
                    options.settings()
                            .with(
                                    Map.of(
                                            "kafka.bootstrap.servers",
                                            platform.bootstrapServers(),
                                            "registry.url",
                                            platform.registryUrl())));
        }
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private int write(Settings settings) throws IOException {
        Clients clients = new Clients(settings, new SimpleMeterRegistry());
        clients.awaitBroker();
        Export.Counts counts = new Export(clients).write(experiment, out);
        PrintWriter terminal = spec.commandLine().getOut();
        terminal.printf(
                "%s: %,d truths, %,d labels, %,d predictions in %s%n",
                counts.experiment(), counts.truth(), counts.labels(), counts.predictions(), out);
        terminal.flush();
        return 0;
    }
}
