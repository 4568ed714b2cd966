package dev.belay.cli.run;

import dev.belay.cli.check.AwaitedTruth;
import dev.belay.cli.report.live.LiveView;
import dev.belay.cli.report.live.Snapshot;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.models.encoder.Encoders;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProgressListener;
import dev.belay.producers.task.RecordCounts;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a run by its topics, like any other client, and shows its progress until it is complete
 * or can't be completed.
 */
final class RunMonitor implements ProgressListener {
    private static final Logger LOG = LoggerFactory.getLogger(RunMonitor.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    /** The same if no further row is certain: longer than a takeover between aggregators. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private final Clients clients;
    private final String task;
    private final RunResults results;
    private final long begin;
    private final EncodingProgress encoding = new EncodingProgress(System::nanoTime);
    private volatile long produced;
    private volatile long rows;
    private volatile @Nullable RecordCounts records;

    /**
     * @param begin {@link System#nanoTime} when the run began
     */
    RunMonitor(Clients clients, String task, RunResults results, long begin) {
        this.clients = clients;
        this.task = task;
        this.results = results;
        this.begin = begin;
    }

    @Override
    public void produced(long done, long total) {
        produced = done;
        rows = total;
    }

    @Override
    public void counted(RecordCounts counts) {
        records = counts;
    }

    /**
     * Returns true when the run is complete, false when a model FAILED and all that does not depend
     * on it is complete; before returning it waits for the last PROGRESSIVE rows as long as they
     * may still change.
     *
     * @param holdout examples of the holdout
     * @param failure what ends the run early, or null
     * @param troubles what services can't do now; if there are any, a run without other progress is
     *     stopped
     * @throws IllegalStateException when there is a failure, or the run makes no progress
     */
    boolean untilComplete(
            long holdout,
            LiveView view,
            Supplier<@Nullable Throwable> failure,
            Supplier<List<String>> troubles) {
        try (RunTopics topics = new RunTopics(clients, task, POLL, results)) {
            UnencodableExamples unpredicted = topics.unpredicted;
            var completion = new RunCompletion(results.specs(), holdout, unpredicted::count);
            long lastChange = System.nanoTime();
            long lastGrowth = lastChange;
            List<RunCompletion.Growing> growing = List.of();
            boolean warned = false;
            while (true) {
                boolean changed = topics.poll();
                changed |= encoding.update(Encoders.counts());
                Snapshot now = snapshot(topics.progress);
                view.update(now);
                requireNone(failure.get(), now, view);
                if (changed) {
                    lastChange = System.nanoTime();
                    warned = false;
                }
                List<String> missing = completion.missing(results);
                if (missing.isEmpty()) {
                    List<RunCompletion.Growing> before = growing;
                    growing = completion.growing(results);
                    lastGrowth = growing.equals(before) ? lastGrowth : System.nanoTime();
                    long idleNs = System.nanoTime() - lastGrowth;
                    if (growing.isEmpty() || idleNs > patience(growing).toNanos()) {
                        topics.catchUp(PATIENCE);
                        growing.forEach(student -> view.println(words(student)));
                        say(unpredicted.count(topics.ids), view);
                        sayTruncated(view);
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
                    List<String> atWork = encoding.atWork();
                    view.println(
                            "no progress for %d s; missing: %s. %s"
                                    .formatted(
                                            PATIENCE.toSeconds(),
                                            String.join(
                                                    "; ",
                                                    missing.subList(
                                                            0, Math.min(3, missing.size()))),
                                            atWork.isEmpty()
                                                    ? "Are labelers, trainers, evaluators and"
                                                            + " aggregators running?"
                                                    : "Running: " + String.join("; ", atWork)));
                    DeadLetterReport.lines(clients, task, results).forEach(view::println);
                    StallReport.log(clients);
                }
            }
        }
    }

    /** Writes the report of a run that has no end. */
    interface Report {
        void write() throws IOException;
    }

    /**
     * Follows a run that has no end until it is stopped; that nothing happens is no error. The
     * report is written at the end too.
     *
     * @param holdoutSize examples at which the holdout is complete
     * @param failure what ends the run early, or null
     * @param every how often the report is written
     * @throws IllegalStateException when there is a failure
     */
    void untilStopped(
            StopSignal stop,
            long holdoutSize,
            LiveView view,
            Supplier<@Nullable Throwable> failure,
            Duration every,
            Report report)
            throws IOException {
        try (RunTopics topics = new RunTopics(clients, task, POLL, results)) {
            var stalls = new LabelingStalls(clients.topics(), task, PATIENCE, System::nanoTime);
            long written = System.nanoTime();
            boolean stopped;
            boolean warned = false;
            do {
                stopped = stop.isStopped(0, TimeUnit.SECONDS);
                boolean unusedChange = topics.poll();
                boolean unusedProgress = encoding.update(Encoders.counts());
                results.counts().examples(produced(topics.progress, holdoutSize));
                say(stalls, topics.progress.all(), view);
                RecordCounts read = records;
                if (read != null && read.isSuspect() && !warned) {
                    warned = true;
                    view.println(
                            "warning: "
                                    + read
                                    + " (./belay dead-letters list --task "
                                    + task
                                    + ")");
                }
                results.counts().records(read);
                Snapshot now = snapshot(topics.progress);
                view.update(now);
                Throwable cause = failure.get();
                // Ctrl-C reaches the registry's process too, which may end before this one knows
                if (cause != null && !stop.isStopped(1, TimeUnit.SECONDS)) {
                    requireNone(cause, now, view);
                }
                if (stopped || System.nanoTime() - written >= every.toNanos()) {
                    written = System.nanoTime();
                    report.write();
                }
            } while (!stopped);
            sayTruncated(view);
            RecordCounts read = records;
            if (read != null) {
                view.println(read.toString());
            }
            view.close(snapshot(topics.progress));
        }
    }

    /** Reports, in the terminal and the log, which labels do not arrive, and why if it is known. */
    private void say(LabelingStalls stalls, Collection<Progress> progress, LiveView view) {
        List<String> lines = new ArrayList<>();
        long skipped = stalls.skipped(progress);
        if (skipped > 0) {
            lines.add(
                    "warning: %,d examples were skipped without a truth label: their truth was later than labeler.truth-horizon (or they are dead letters). They stay skipped, also with a greater horizon; another task.name reads all again. Delays: ./belay check %s"
                            .formatted(skipped, task));
        }
        for (LabelingStalls.Stall stall : stalls.update(results, progress)) {
            lines.add(stall.line());
            if (stall.labeler().equals(ModelId.TRUTH)) {
                lines.addAll(awaited(stall.partitions()));
            }
        }
        for (String line : lines) {
            view.println(line);
            LOG.warn("{}", line);
        }
    }

    private List<String> awaited(List<Integer> partitions) {
        try {
            return AwaitedTruth.of(clients, task).stream()
                    .filter(awaited -> partitions.contains(awaited.partition()))
                    .map(awaited -> awaited.words(clients.settings().labelerTruthHorizon()))
                    .toList();
        } catch (KafkaException e) {
            LOG.warn("the examples that wait for truth can't be read", e);
            return List.of();
        }
    }

    /** Examples of each split that the task's producer has written. */
    private TaskCounts.Examples produced(ProgressTable progress, long holdoutSize) {
        Map<String, Long> splits = new HashMap<>();
        String writer = ProducerConfig.of(task).writer();
        for (Progress p : progress.all()) {
            if (p.getWriter().equals(writer)) {
                p.getSplits().forEach((split, n) -> splits.merge(split, n, Long::sum));
            }
        }
        return new TaskCounts.Examples(
                splits.getOrDefault(Split.SUPERVISOR.name(), 0L),
                splits.getOrDefault(Split.STUDENT.name(), 0L),
                splits.getOrDefault(Split.HOLDOUT.name(), 0L),
                holdoutSize);
    }

    private static void requireNone(@Nullable Throwable failure, Snapshot now, LiveView view) {
        if (failure != null) {
            view.close(now);
            throw new IllegalStateException(
                    "the run stopped before it was complete; given again, it goes on from here",
                    failure);
        }
    }

    /**
     * How long no PROGRESSIVE row may change before those that might grow are taken as they are.
     */
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

    /** In the terminal and, where it is shown to who reads it later, in the log. */
    private void sayTruncated(LiveView view) {
        for (String line : encoding.truncated()) {
            view.println(line);
            LOG.info("{}", line);
        }
    }

    private static String words(RunCompletion.Growing student) {
        return "%s: the stream counts %,d of %,d examples; no more were received"
                .formatted(student.student(), student.n(), student.most());
    }

    private Snapshot snapshot(ProgressTable progress) {
        List<Snapshot.Bar> bars = new ArrayList<>();
        bars.add(
                new Snapshot.Bar(
                        rows < 0 ? "records read" : "produced", produced, Math.max(0, rows)));
        RecordCounts read = records;
        if (read != null) {
            bars.add(new Snapshot.Bar("rejected", read.rejected(), 0));
        }
        if (!results.counts().examples().hasHoldout()) {
            bars.add(
                    new Snapshot.Bar(
                            "holdout",
                            results.counts().examples().holdout(),
                            results.counts().examples().holdoutSize()));
        }
        Set<String> labelers = new TreeSet<>();
        results.specs().forEach(spec -> labelers.add(spec.getSupervisor()));
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
        long total = rows < 0 ? 0 : results.counts().examples().student() * labelers.size();
        bars.add(new Snapshot.Bar("labelled", labelled, total));
        bars.addAll(encoding.bars());
        return Snapshot.of(results, Duration.ofNanos(System.nanoTime() - begin), bars);
    }
}
