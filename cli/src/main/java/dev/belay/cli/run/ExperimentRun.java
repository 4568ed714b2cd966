package dev.belay.cli.run;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.Logging;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.report.RunReport;
import dev.belay.cli.report.live.LiveView;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.service.Services;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.DataSummary;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment from its file to its report: checks everything before anything is written, starts
 * what is to run here, produces the data, watches until the run is complete, writes the results.
 * Exit code 0 only when the run is complete.
 */
final class ExperimentRun implements Callable<Integer> {
    private final Experiment experiment;
    private final RunOptions options;
    private final PrintWriter out;
    private final PrintWriter err;
    private final LiveView view = LiveView.system();

    ExperimentRun(Experiment experiment, RunOptions options, PrintWriter out, PrintWriter err) {
        this.experiment = experiment;
        this.options = options;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws Exception {
        long begin = System.nanoTime();
        say("reading and checking the data of " + experiment.name());
        try (DataSet data = DataSet.open(experiment.data())) {
            // what is wrong with it is told before anything starts or is left behind
            List<ModelSpec> specs =
                    experiment.resolve(data, 1, 0, options.settings(Map.of()).encoders());
            Logging.toFile(options.data().resolve("belay.log")); // the terminal shows progress
            if (experiment.data().order() == DataConfig.Order.FILE) {
                say(
                        "warning: the rows are produced in the order of the file; where that is sorted"
                                + " by class, what is learned first is one class only");
            }
            DataSummary counts = data.summary();
            say(
                    "%,d supervisor, %,d student, %,d holdout examples"
                            .formatted(
                                    rows(counts, Split.SUPERVISOR),
                                    rows(counts, Split.STUDENT),
                                    rows(counts, Split.HOLDOUT)));
            long unlabelled =
                    Stream.of(Split.values())
                            .map(counts::of)
                            .mapToLong(split -> split.rows() - split.labelled())
                            .sum();
            if (unlabelled > 0) {
                say(
                        "warning: %,d of %,d rows have no label (null, or an empty cell): their"
                                        .formatted(unlabelled, counts.rows())
                                + " truth is taken as not known");
            }
            if (!options.ownBroker()) {
                return run(options.settings(Map.of()), data, null, begin);
            }
            ServiceGroup ahead = encodeAhead(data, specs);
            try (EmbeddedPlatform platform =
                    EmbeddedPlatform.start(
                            new PlatformConfig(options.data(), 0, 0), view::println)) {
                Settings settings =
                        options.settings(
                                Map.of(
                                        "kafka.bootstrap.servers",
                                        platform.bootstrapServers(),
                                        "registry.url",
                                        platform.registryUrl()));
                return run(settings, data, platform, begin);
            } finally {
                ahead.close();
            }
        }
    }

    private int run(
            Settings settings, DataSet data, @Nullable EmbeddedPlatform platform, long begin)
            throws Exception {
        Clients clients = new Clients(settings, new SimpleMeterRegistry());
        clients.awaitBroker(this::say);
        clients.awaitRegistry(this::say);
        Announcement.Run announced =
                new Announcement(clients, experiment, data)
                        .make(options.fresh(), Announcement.Changed.NEW_RUN);
        List<ModelSpec> specs = announced.specs();
        if (announced.isOld()) {
            say("going on with a run that was begun before (--fresh starts anew)");
        } else if (announced.number() > 0) {
            say(
                    "run %d: the experiment has changed, or a fresh run was asked for"
                            .formatted(announced.number() + 1));
        }
        announced.stopped().forEach(id -> say("stopped " + id + ": the file no longer has it"));
        RunResults results = new RunResults(experiment.name(), experiment.task());
        specs.forEach(results::add);
        announced.labelers().forEach(results::add);
        DataSummary counts = data.summary();
        results.examples(
                new RunResults.Examples(
                        rows(counts, Split.SUPERVISOR),
                        rows(counts, Split.STUDENT),
                        rows(counts, Split.HOLDOUT)));
        Watch watch = new Watch(clients, experiment.task(), specs, results, begin);
        List<Service> services =
                new ArrayList<>(options.ownServices() ? Services.all(clients) : List.of());
        services.add(new ProducerService(clients, producing(), data, watch::produced));
        boolean complete;
        try (ServiceGroup group = ServiceGroup.start(services)) {
            // Ctrl-C and SIGTERM: services stop in order; the same command goes on from there
            Thread stop = new Thread(() -> stop(group), "stop");
            Runtime.getRuntime().addShutdownHook(stop);
            complete =
                    watch.untilComplete(
                            rows(counts, Split.HOLDOUT),
                            view,
                            () -> failure(group, platform),
                            () -> troubles(group));
            Runtime.getRuntime().removeShutdownHook(stop);
            write(results, complete);
        }
        return complete ? 0 : 1;
    }

    private void write(RunResults results, boolean complete) throws IOException {
        RunReport.write(results, options.out(), Instant.now());
        for (Checkpoint failed : results.failures()) {
            err.printf("belay: %s failed: %s%n", failed.getModel(), failed.getReason());
        }
        if (complete) {
            out.printf(
                    "%nfigures: %s%nnumbers: %s%n",
                    options.out().resolve("report.html"), options.out().resolve("summary.json"));
        }
        out.flush();
        err.flush();
    }

    private void stop(ServiceGroup group) {
        err.println("\nstopping; given again, the same command goes on from here");
        err.flush();
        group.close();
    }

    private ServiceGroup encodeAhead(DataSet data, List<ModelSpec> specs) {
        return ServiceGroup.start(
                options.ownServices()
                        ? List.of(new EncodeAhead(data, specs, options.settings(Map.of())))
                        : List.of());
    }

    private ProducerConfig producing() {
        return experiment.rowsPerSecond() > 0
                ? ProducerConfig.paced(experiment.task(), experiment.rowsPerSecond())
                : ProducerConfig.of(experiment.task());
    }

    private static @Nullable Throwable failure(
            ServiceGroup group, @Nullable EmbeddedPlatform platform) {
        Throwable failure = group.failure();
        return failure == null && platform != null ? platform.failure().getNow(null) : failure;
    }

    private static List<String> troubles(ServiceGroup group) {
        return group.services().stream().flatMap(s -> s.troubles().stream()).toList();
    }

    private static long rows(DataSummary counts, Split split) {
        return counts.of(split).rows();
    }

    private void say(String line) {
        view.println(line);
    }
}
