package dev.belay.cli.run;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.logging.ErrorReport;
import dev.belay.cli.logging.Logging;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.report.RunReport;
import dev.belay.cli.report.live.LiveView;
import dev.belay.cli.report.results.AtomicFile;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.cli.service.Services;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.DataSummary;
import dev.belay.producers.dataset.DataSummary.SplitCounts;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment from its file to its report: checks everything before anything is written, starts
 * what is to run here, produces the data, watches until the run is complete, writes the results.
 * Exit code 0 only when the run is complete; on an endless source, when it was stopped.
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
        if (!experiment.data().isEndless()) {
            return untilComplete(begin);
        }
        StopSignal stop = new StopSignal();
        int code = 1;
        try {
            code = untilStopped(stop, begin);
            return code;
        } catch (Exception e) {
            if (stop.isStopped(0, TimeUnit.SECONDS)) {
                ErrorReport.report(e, err); // the JVM ends before the caller could report it
            }
            throw e;
        } finally {
            stop.ended(code);
        }
    }

    private int untilStopped(StopSignal stop, long begin) throws Exception {
        // what is wrong with it is reported before anything starts or is left behind
        List<ModelSpec> unused =
                experiment.resolve(null, 1, 0, options.settings(Map.of()).encoders());
        Duration every = options.reportEvery();
        AtomicFile.folder("--out", options.out());
        Logging.toFile(options.data().resolve("belay.log"));
        try (@Nullable EmbeddedPlatform platform = platform()) {
            Clients clients = clients(settings(platform));
            ExampleSource source = experiment.source(clients, null);
            source.require();
            source.warnings().forEach(warning -> say("warning: " + warning));
            RunResults results = announce(clients, null);
            RunMonitor watch = new RunMonitor(clients, experiment.task(), results, begin);
            try (ServiceGroup group = start(clients, source, watch)) {
                watch.untilStopped(
                        stop,
                        ((DataConfig.Holdout.Share) experiment.data().holdout()).size(),
                        view,
                        () -> failure(group, platform),
                        every,
                        () -> RunReport.write(results, options.out(), Instant.now()));
            }
            if (WindowEstimates.add(clients, results, this::say)) {
                RunReport.write(results, options.out(), Instant.now());
            }
            sayWhereFiguresAre();
            say("stopped by a signal; the same command resumes the run");
            return 0;
        }
    }

    private int untilComplete(long begin) throws Exception {
        say("reading and checking the data of " + experiment.name());
        try (DataSet data = DataSet.open(experiment.data())) {
            // errors are reported before anything is started or written
            List<ModelSpec> specs =
                    experiment.resolve(data, 1, 0, options.settings(Map.of()).encoders());
            AtomicFile.folder("--out", options.out());
            Logging.toFile(options.data().resolve("belay.log")); // the terminal shows progress
            if (experiment.data().order() == DataConfig.Order.FILE) {
                say(
                        "warning: the rows are produced in the order of the file; where that is"
                                + " sorted by class, only one class is learned at first");
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
            TruthDraw truth = experiment.data().truth();
            if (truth != null) {
                say(
                        "truth is a sample: %,d of %,d student examples have it"
                                .formatted(
                                        counts.of(Split.STUDENT).labelled(),
                                        rows(counts, Split.STUDENT)));
            } else if (unlabelled > 0) {
                say(
                        "warning: %,d of %,d rows have no label (null, or an empty cell): their"
                                        .formatted(unlabelled, counts.rows())
                                + " truth is taken as not known");
            }
            if (!options.ownBroker()) {
                return run(data, null, begin);
            }
            ServiceGroup ahead = encodeAhead(data, specs);
            try (@Nullable EmbeddedPlatform platform = platform()) {
                return run(data, platform, begin);
            } finally {
                ahead.close();
            }
        }
    }

    /** Started here; null where the broker is somebody else's. */
    private @Nullable EmbeddedPlatform platform() {
        return options.ownBroker()
                ? EmbeddedPlatform.start(new PlatformConfig(options.data(), 0, 0), view::println)
                : null;
    }

    private Settings settings(@Nullable EmbeddedPlatform platform) {
        return options.settings(
                platform == null
                        ? Map.of()
                        : Map.of(
                                "kafka.bootstrap.servers",
                                platform.bootstrapServers(),
                                "registry.url",
                                platform.registryUrl()));
    }

    private Clients clients(Settings settings) {
        Clients clients = new Clients(settings, new SimpleMeterRegistry());
        clients.awaitBroker(this::say);
        clients.awaitRegistry(this::say);
        return clients;
    }

    /** Writes the specs, and says what is new. */
    private RunResults announce(Clients clients, @Nullable DataSet data) {
        ExperimentRegistration.Run announced =
                new ExperimentRegistration(clients, experiment, data)
                        .make(options.fresh(), ExperimentRegistration.Changed.NEW_RUN);
        if (announced.isOld()) {
            say("resuming run @%d (--fresh starts a new one)".formatted(announced.number()));
        } else if (announced.number() > 0) {
            say(
                    "run @%d: the experiment has changed, or a fresh run was asked for"
                            .formatted(announced.number()));
        }
        announced.stopped().forEach(id -> say("stopped " + id + ": the file no longer has it"));
        RunResults results = new RunResults(experiment.name(), experiment.task());
        announced.specs().forEach(results::add);
        announced.labelers().forEach(results::add);
        return results;
    }

    private ServiceGroup start(Clients clients, ExampleSource source, RunMonitor watch) {
        List<Service> services =
                new ArrayList<>(options.ownServices() ? Services.all(clients) : List.of());
        services.add(new ProducerService(clients, producing(), source, watch));
        return ServiceGroup.start(services);
    }

    private int run(DataSet data, @Nullable EmbeddedPlatform platform, long begin)
            throws Exception {
        Clients clients = clients(settings(platform));
        RunResults results = announce(clients, data);
        DataSummary counts = data.summary();
        results.counts()
                .examples(
                        new TaskCounts.Examples(
                                rows(counts, Split.SUPERVISOR),
                                rows(counts, Split.STUDENT),
                                rows(counts, Split.HOLDOUT)));
        List<Long> supervisors = counts.of(Split.SUPERVISOR).byClass();
        List<String> classes = experiment.data().classes();
        if (!classes.isEmpty() && counts.of(Split.SUPERVISOR).labelled() > 0) {
            int most = supervisors.indexOf(Collections.max(supervisors));
            SplitCounts holdout = counts.of(Split.HOLDOUT);
            results.counts()
                    .majority(
                            new TaskCounts.Majority(
                                    classes.get(most),
                                    holdout.byClass().get(most),
                                    holdout.labelled()));
        }
        RunMonitor watch = new RunMonitor(clients, experiment.task(), results, begin);
        boolean complete;
        try (ServiceGroup group = start(clients, data, watch)) {
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
            if (complete) {
                boolean unused = WindowEstimates.add(clients, results, this::say);
            }
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
            sayWhereFiguresAre();
        }
    }

    private void sayWhereFiguresAre() {
        out.printf(
                "%nfigures: %s%nnumbers: %s%n",
                options.out().resolve("report.html"), options.out().resolve("summary.json"));
    }

    private void stop(ServiceGroup group) {
        err.println("\nstopping; the same command resumes the run");
        group.close();
    }

    private ServiceGroup encodeAhead(DataSet data, List<ModelSpec> specs) {
        return ServiceGroup.start(
                options.ownServices()
                        ? List.of(new EncodingWarmUp(data, specs, options.settings(Map.of())))
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
