package dev.belay.benchmarks.aggregator;

import dev.belay.aggregators.AggregatorService;
import dev.belay.benchmarks.harness.CacheClearing;
import dev.belay.benchmarks.harness.ThreadTimes;
import dev.belay.benchmarks.harness.Waiting;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Aggregators that start without state on existing data: each run has its own prefix for its group,
 * state, changelogs and metrics, and reads the data's topics by renaming.
 */
final class AggregatorBed {
    private static final Duration START_WITHIN = Duration.ofMinutes(1);

    private final Clients clients;
    private int runs;

    AggregatorBed(Clients clients) {
        this.clients = clients;
    }

    /**
     * The cost of a run.
     *
     * @param predictions counted in this time: all but those read before
     * @param seconds from when predictions of all partitions are read to the last row as a reader
     *     sees it
     * @param startSeconds from its start until then
     * @param cpuNs processor time of the stream threads, from then on
     * @param threads processor time by kind of thread, as text
     */
    record Took(
            double predictions, double seconds, double startSeconds, long cpuNs, String threads) {
        double perSecond() {
            return predictions / seconds;
        }

        double nsPerPrediction() {
            return cpuNs / predictions;
        }
    }

    /** Clients that write and read some data. */
    Clients of(Sweeps sweeps) {
        return new Clients(
                clients.settings().with(Map.of("topics.prefix", sweeps.name() + ".")),
                new SimpleMeterRegistry());
    }

    /** Clients of a new run on some data; creates its own topics. */
    Clients run(Sweeps sweeps) {
        String prefix = "run" + ++runs + ".";
        var data = of(sweeps).topics();
        Map<String, String> more = new HashMap<>();
        more.put("topics.prefix", prefix);
        more.put("topics.rename.models", data.models());
        more.put("topics.rename.checkpoints", data.checkpoints());
        more.put("topics.rename." + Sweeps.TASK + ".truth", data.truth(Sweeps.TASK));
        more.put("topics.rename." + Sweeps.TASK + ".predictions", data.predictions(Sweeps.TASK));
        more.put("state", folder(prefix).toString());
        Settings settings = clients.settings().with(more);
        Clients own = new Clients(settings, new SimpleMeterRegistry());
        try (Admin admin = own.admin()) {
            TopicPlan.forInstallation(settings).apply(admin);
        }
        return own;
    }

    /** Where a run keeps its state. */
    Path folder(String prefix) {
        return clients.settings().state().resolve(prefix);
    }

    /** Starts an aggregator whose first read is noted. */
    static ServiceGroup start(Clients run) {
        Settings settings =
                run.settings()
                        .with(
                                Map.of(
                                        "kafka.streams.main.consumer.interceptor.classes",
                                        FirstRead.class.getName()));
        return ServiceGroup.start(
                List.of(new AggregatorService(new Clients(settings, run.meters()))));
    }

    /** The Streams application's id. */
    static String group(Clients run) {
        return run.topics().prefix() + Sweeps.TASK + ".aggregator";
    }

    /** Waits until the aggregator reads. */
    static void started(Clients run, ServiceGroup services) {
        long begin = System.nanoTime();
        while (FirstRead.first(group(run)) == null)
            Waiting.pause(services, begin, START_WITHIN, "the aggregator to read");
    }

    /** Waits until the aggregator reads predictions of all partitions. */
    static FirstRead.Begin begun(Clients run, ServiceGroup services) {
        long begin = System.nanoTime();
        while (FirstRead.of(group(run)) == null)
            Waiting.pause(services, begin, START_WITHIN, "the aggregator to read");
        FirstRead.Begin first = FirstRead.of(group(run));
        if (first == null) throw new IllegalStateException("a first read was removed");
        return first;
    }

    /**
     * Counts the sweeps up to a checkpoint from an empty state; all rows in the end must equal the
     * recount.
     */
    Took count(Sweeps sweeps, int toCheckpoint) {
        Clients run = run(sweeps);
        CacheClearing.clear();
        Took took;
        try (MetricsFollower rows = new MetricsFollower(run, sweeps.recount(toCheckpoint))) {
            long start = System.nanoTime();
            try (ServiceGroup services = start(run)) {
                FirstRead.Begin first = begun(run, services);
                long end = rows.await(() -> Waiting.check(services));
                double predictions =
                        sweeps.predictions(toCheckpoint)
                                - (double) first.blocks() * sweeps.examples() / sweeps.blocks();
                took =
                        new Took(
                                predictions,
                                (end - first.ns()) / 1e9,
                                (first.ns() - start) / 1e9,
                                first.cpuSince(),
                                ThreadTimes.now().since(first.all(), predictions));
            }
            rows.requireRight();
        }
        clear(run);
        return took;
    }

    /** Removes the topics that a run has made. */
    void clear(Clients run) {
        String prefix = run.topics().prefix();
        try (Admin admin = run.admin()) {
            List<String> own =
                    dev.belay.runtime.topics.KafkaFutures.get(
                                    admin.listTopics().names(), "listing topics")
                            .stream()
                            .filter(name -> name.startsWith(prefix))
                            .toList();
            dev.belay.runtime.topics.KafkaFutures.get(
                    admin.deleteTopics(own).all(), "deleting the topics of " + prefix);
        }
    }
}
