package dev.belay.cli.service;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.logging.Logging;
import dev.belay.cli.logging.OrderlyStop;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.http.Meters;
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
        mixinStandardHelpOptions = true,
        description =
                "Writes an experiment's data to its task's topics and ends; an endless source is attached, as by 'belay attach'.")
public class ProduceCommand implements Callable<Integer> {
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
    public Integer call() throws InterruptedException {
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
            var meters = Meters.prometheus();
            Clients clients = new Clients(options.settings(), meters);
            clients.awaitBroker();
            clients.awaitRegistry(out::println);
            try (Admin admin = clients.admin()) {
                experiment.producedTopics(clients.settings()).apply(admin);
            }
            ExampleSource source = experiment.source(clients, data);
            source.require();
            var config =
                    rowsPerSecond > 0
                            ? ProducerConfig.paced(experiment.task(), rowsPerSecond)
                            : ProducerConfig.of(experiment.task());
            var producer = new ProducerService(clients, config, source, new ProgressLines(out));
            if (experiment.data().isEndless()) {
                return ServiceProcess.run(
                        "the source of task " + experiment.task(),
                        clients.settings(),
                        meters,
                        List.of(producer));
            }
            var stop =
                    OrderlyStop.install(
                            "the producer of task " + experiment.task(),
                            producer::close,
                            out::println);
            try {
                producer.run();
            } finally {
                stop.ended();
            }
            return producer.complete() ? 0 : 1;
        }
    }
}
