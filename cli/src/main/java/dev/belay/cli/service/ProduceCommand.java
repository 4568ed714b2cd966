package dev.belay.cli.service;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.logging.Logging;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.TopicPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay produce}: writes an experiment's data to its task's topics. */
@Command(
        name = "produce",
        aliases = "attach",
        mixinStandardHelpOptions = true,
        description =
                "Writes an experiment's data to its task's topics and ends; with an endless source it runs until it is stopped.")
public final class ProduceCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    @Parameters(paramLabel = "FILE", description = "the experiment file")
    private Path file;

    @Option(
            names = "--rows-per-second",
            description = "at most about this many, to look like a stream (default: no limit)",
            defaultValue = "0")
    private double rowsPerSecond;

    @Override
    public Integer call() {
        if (!(rowsPerSecond >= 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--rows-per-second': found "
                            + rowsPerSecond
                            + ", expected a number of at least 0 (0: no limit)");
        }
        Logging.toTerminal();
        PrintWriter out = spec.commandLine().getOut();
        options.usePlugins();
        Experiment experiment = ExperimentFile.read(file);
        try (@Nullable DataSet data = experiment.openData()) {
            Clients clients = new Clients(options.settings(), new SimpleMeterRegistry());
            clients.awaitBroker();
            clients.awaitRegistry(out::println);
            try (Admin admin = clients.admin()) {
                TopicPlan.forInstallation(clients.settings())
                        .withTask(
                                clients.topics(),
                                experiment.task(),
                                clients.settings().taskPartitions(),
                                List.of())
                        .apply(admin);
            }
            var config =
                    rowsPerSecond > 0
                            ? ProducerConfig.paced(experiment.task(), rowsPerSecond)
                            : ProducerConfig.of(experiment.task());
            var producer =
                    new ProducerService(
                            clients,
                            config,
                            experiment.source(clients, data),
                            (done, total) -> {
                                if (total < 0) {
                                    out.printf("%,d rows%n", done);
                                } else {
                                    out.printf("%,d of %,d rows%n", done, total);
                                }
                            });
            Runtime.getRuntime().addShutdownHook(new Thread(producer::close, "stop"));
            producer.run();
            return producer.complete() ? 0 : 1;
        }
    }
}
