package dev.belay.cli.run;

import dev.belay.cli.report.live.LiveView;
import dev.belay.cli.report.live.Snapshot;
import dev.belay.cli.report.results.RunResults;
import dev.belay.models.encoder.CachingEncoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run by its topics, like any other client, and shows its progress until it is complete
 * or can't be completed.
 */
final class RunMonitor {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    /** The same if no further row is certain: longer than a takeover between aggregators. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private final Clients clients;
    private final String task;
    private final List<ModelSpec> specs;
    private final RunResults results;
    private final long begin;
    private volatile long produced;
    private volatile long rows;

    /**
     * @param begin {@link System#nanoTime} when the run began
     */
    RunMonitor(
            Clients clients, String task, List<ModelSpec> specs, RunResults results, long begin) {
        this.clients = clients;
        this.task = task;
        this.specs = specs;
        this.results = results;
        this.begin = begin;
    }

    /** The producer's listener. */
    void produced(long done, long total) {
        produced = done;
        rows = total;
    }

    /**
     * Returns true when the run is complete, false when a model FAILED and all that does not depend
     * on it is complete; before returning it waits for the last PROGRESSIVE rows as long as they
     * may still change.
     *
     * @param holdout examples of the holdout
     * @param failure what ends the run early, or null
     * @param troubles what services can't do now; if there are any, a run without other progress is
     *     given up
     * @throws IllegalStateException when there is a failure, or the run is given up
     */
    boolean untilComplete(
            long holdout,
            LiveView view,
            Supplier<@Nullable Throwable> failure,
            Supplier<List<String>> troubles) {
        Set<String> ids = new HashSet<>();
        specs.forEach(spec -> ids.add(spec.getId()));
        var topics = clients.topics();
        try (ProgressTable progress = new ProgressTable(clients, task);
                UnencodableExamples unpredicted = new UnencodableExamples(clients, task);
                var checkpoints =
                        new TopicTable<>(
                                clients,
                                topics.checkpoints(),
                                Checkpoint.class,
                                (key, c) -> {
                                    if (c != null && ids.contains(c.getModel())) {
                                        results.add(c);
                                    }
                                });
                var metrics =
                        new TopicTable<>(
                                clients,
                                topics.metrics(),
                                PairMetrics.class,
                                (key, m) -> {
                                    if (m != null && ids.contains(m.getStudent())) {
                                        results.add(m);
                                    }
                                })) {
            var completion = new RunCompletion(specs, holdout, unpredicted::count);
            long lastChange = System.nanoTime();
            long lastGrowth = lastChange;
            List<RunCompletion.Growing> growing = List.of();
            boolean warned = false;
            while (true) {
                boolean changed = metrics.poll(POLL);
                changed |= checkpoints.poll(Duration.ZERO);
                changed |= progress.poll(Duration.ZERO);
                changed |= unpredicted.poll();
                Snapshot now = snapshot(progress);
                view.update(now);
                Throwable cause = failure.get();
                if (cause != null) {
                    view.close(now);
                    throw new IllegalStateException(
                            "the run stopped before it was complete; the same command resumes it",
                            cause);
                }
                if (changed) {
                    lastChange = System.nanoTime();
                    warned = false;
                }
                List<String> missing = completion.missing(results);
                if (missing.isEmpty()) {
                    List<RunCompletion.Growing> before = growing;
                    growing = completion.growing(results);
                    lastGrowth = growing.equals(before) ? lastGrowth : System.nanoTime();
                    long quiet = System.nanoTime() - lastGrowth;
                    if (growing.isEmpty() || quiet > patience(growing).toNanos()) {
                        growing.forEach(student -> view.println(words(student)));
                        say(unpredicted.count(ids), view);
                        view.close(now);
                        return results.failures().isEmpty();
                    }
                    continue;
                }
                if (System.nanoTime() - lastChange <= PATIENCE.toNanos()) {
                    continue;
                }
                List<String> known = troubles.get();
                if (!known.isEmpty()) {
                    view.close(now);
                    throw new IllegalStateException(
                            "the run can't be completed; missing: "
                                    + String.join("; ", known)
                                    + ". Once this is fixed, the same command resumes the run");
                }
                if (!warned) {
                    warned = true;
                    view.println(
                            "no progress for %d s; missing: %s. Are labelers, trainers, evaluators and aggregators running?"
                                    .formatted(
                                            PATIENCE.toSeconds(),
                                            String.join(
                                                    "; ",
                                                    missing.subList(
                                                            0, Math.min(3, missing.size())))));
                    StallReport.log(clients);
                }
            }
        }
    }

    /** How long PROGRESSIVE rows that might still grow must be unchanged to count as final. */
    private static Duration patience(List<RunCompletion.Growing> growing) {
        return growing.stream().anyMatch(RunCompletion.Growing::sure) ? PATIENCE : SETTLED;
    }

    private static void say(long notEncoded, LiveView view) {
        if (notEncoded > 0) {
            view.println(
                    "%,d examples of the holdout are not in the figures of models that cannot encode them; the reasons are in the dead letters"
                            .formatted(notEncoded));
        }
    }

    private static String words(RunCompletion.Growing student) {
        return "%s: the stream counts %,d of %,d examples; no more were received"
                .formatted(student.student(), student.n(), student.most());
    }

    private Snapshot snapshot(ProgressTable progress) {
        List<Snapshot.Bar> bars = new ArrayList<>();
        bars.add(new Snapshot.Bar("produced", produced, rows));
        Set<String> labelers = new TreeSet<>();
        specs.forEach(spec -> labelers.add(spec.getSupervisor()));
        labelers.remove(ModelId.TRUTH);
        long labelled = 0;
        for (String labeler : labelers) {
            String topic = clients.topics().labels(task, labeler);
            labelled +=
                    progress.all().stream()
                            .filter(
                                    p ->
                                            p.getTopic().equals(topic)
                                                    && p.getWriter().equals(labeler))
                            .mapToLong(p -> p.getRecords())
                            .sum();
        }
        bars.add(
                new Snapshot.Bar(
                        "labelled", labelled, results.examples().student() * labelers.size()));
        for (CachingEncoder.Counts counts : Encoders.counts()) {
            if (counts.encoded() > 0) { // else all of them were known from earlier
                bars.add(new Snapshot.Bar("encoded " + counts.encoder(), counts.encoded(), 0));
            }
        }
        return Snapshot.of(results, Duration.ofNanos(System.nanoTime() - begin), bars);
    }
}
