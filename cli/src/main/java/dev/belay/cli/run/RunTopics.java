package dev.belay.cli.run;

import dev.belay.cli.report.results.RunResults;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.EventReader;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.PairMetrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The topics that say how a run goes; checkpoints, metrics and slices of its models go to its
 * results. Belongs to one thread.
 */
final class RunTopics implements AutoCloseable {
    /** Of the run's models. */
    final Set<String> ids = new HashSet<>();

    final ProgressTable progress;
    final UnencodableExamples unpredicted;
    private final TopicTable<Checkpoint> checkpoints;
    private final TopicTable<PairMetrics> metrics;
    private final EventReader<Alert> alerts;
    private final EventReader<PairMetrics> slices; // no table: there may be hundreds a checkpoint
    private final Duration wait;
    private final RunResults results;

    /**
     * @param wait for how long {@link #poll} waits
     * @param results with the specs of the run's models
     */
    RunTopics(Clients clients, String task, Duration wait, RunResults results) {
        this.wait = wait;
        this.results = results;
        results.specs().forEach(spec -> ids.add(spec.getId()));
        progress = new ProgressTable(clients, task);
        unpredicted = new UnencodableExamples(clients, task);
        checkpoints =
                new TopicTable<>(
                        clients,
                        clients.topics().checkpoints(),
                        Checkpoint.class,
                        (key, c) -> {
                            if (c != null && ids.contains(c.getModel())) {
                                results.add(c);
                            }
                        });
        metrics =
                new TopicTable<>(
                        clients,
                        clients.topics().metrics(),
                        PairMetrics.class,
                        (key, m) -> {
                            if (m != null && ids.contains(m.getStudent())) {
                                results.add(m);
                            }
                        });
        slices =
                EventReader.of(
                        clients,
                        clients.topics().slices(),
                        PairMetrics.class,
                        (key, m, record) -> {
                            if (m != null && ids.contains(m.getStudent())) {
                                results.add(m);
                            }
                        });
        alerts =
                EventReader.of(
                        clients,
                        clients.topics().alerts(),
                        Alert.class,
                        (key, alert, record) -> {
                            if (alert != null) {
                                results.add(alert);
                            }
                        });
    }

    /** Reads what has arrived; returns whether there was anything. */
    boolean poll() {
        boolean changed = metrics.poll(wait);
        changed |= checkpoints.poll(Duration.ZERO);
        if (progress.poll(Duration.ZERO)) {
            changed = true;
            results.counts().votes(progress.all());
        }
        changed |= slices.poll(Duration.ZERO);
        changed |= unpredicted.poll();
        changed |= alerts.poll(Duration.ZERO);
        return changed;
    }

    /**
     * Reads what was written with or before the metrics rows that have been read: slices in the
     * same transactions, and progress with the labels.
     *
     * @param patience longest time without a record
     */
    void catchUp(Duration patience) {
        slices.catchUp(patience);
        progress.catchUp(patience);
        results.counts().votes(progress.all());
    }

    @Override
    public void close() {
        try (progress;
                unpredicted;
                slices;
                alerts;
                checkpoints) {
            metrics.close();
        }
    }
}
