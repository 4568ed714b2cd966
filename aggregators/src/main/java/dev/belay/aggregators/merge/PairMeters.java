package dev.belay.aggregators.merge;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of the pairs of a merger, by {@code experiment}, {@code task}, {@code student} and {@code
 * supervisor}. Of the newest HOLDOUT row: {@code belay.accuracy} ({@code of} supervisor, student,
 * ceiling), {@code belay.pgr}, {@code belay.agreement}, {@code belay.checkpoint.number} and {@code
 * belay.examples.seen}; of the stream so far {@code belay.truth.too.late}. An undefined figure is
 * absent. Updated when a row is emitted; belongs to one thread.
 */
final class PairMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Catalog catalog;
    private final Map<String, Shown> pairs = new HashMap<>(); // by student

    PairMeters(MeterRegistry registry, Catalog catalog) {
        this.registry = registry;
        this.catalog = catalog;
    }

    void emitted(PairMetrics row) {
        if (row.getWindowStartMs() != null || isGone(row.getStudent())) {
            return;
        }
        Tags tags =
                Tags.of(
                        "experiment", row.getExperiment(),
                        "task", row.getTask(),
                        "student", row.getStudent(),
                        "supervisor", row.getSupervisor());
        Shown shown = pairs.get(row.getStudent());
        if (shown == null || !shown.tags.equals(tags)) {
            remove(row.getStudent());
            shown = new Shown(tags);
            pairs.put(row.getStudent(), shown);
        }
        if (row.getPhase() == Phase.PROGRESSIVE) {
            shown.set("truth.too.late", "Examples whose truth was too late", row.getTooLate());
        } else if (row.getCheckpoint() >= shown.checkpoint) {
            shown.checkpoint = row.getCheckpoint();
            shown.accuracy("supervisor", row.getSupervisorAccuracy());
            shown.accuracy("student", row.getStudentAccuracy());
            shown.accuracy("ceiling", row.getCeilingAccuracy());
            shown.set("pgr", "Performance gap recovered", value(row.getPgr()));
            shown.set(
                    "agreement",
                    "Share of the holdout on which student and supervisor agree",
                    value(row.getAgreement()));
            shown.set("checkpoint.number", "The student's checkpoint", row.getCheckpoint());
            shown.set(
                    "examples.seen",
                    "Examples that the checkpoint had learned from",
                    row.getExamplesSeen());
        }
    }

    /** Removes pairs that have ended: stopped, or of an older run. */
    void removeGone() {
        Set.copyOf(pairs.keySet()).stream().filter(this::isGone).forEach(this::remove);
    }

    private boolean isGone(String student) {
        return catalog.stopped(student) || catalog.superseded(student);
    }

    @Override
    public void close() {
        Set.copyOf(pairs.keySet()).forEach(this::remove);
    }

    private void remove(String student) {
        Shown shown = pairs.remove(student);
        if (shown != null) {
            shown.gauges.values().forEach(registry::remove);
        }
    }

    private static @Nullable Double value(@Nullable Estimate estimate) {
        return estimate == null ? null : (Double) estimate.getValue();
    }

    /** The gauges of one pair. */
    private final class Shown {
        private final Tags tags;
        private final Map<String, Gauge> gauges = new HashMap<>();
        private final Map<String, Double> values = new ConcurrentHashMap<>(); // scrapes read them
        private long checkpoint = -1;

        Shown(Tags tags) {
            this.tags = tags;
        }

        void accuracy(String of, @Nullable Estimate estimate) {
            String description = "Share of the holdout that was predicted correctly";
            set("accuracy", description, tags.and("of", of), of, value(estimate));
        }

        void set(String name, String description, @Nullable Number value) {
            set(name, description, tags, "", value);
        }

        private void set(
                String name, String description, Tags all, String of, @Nullable Number value) {
            String key = name + "|" + of;
            if (value != null) {
                values.put(key, value.doubleValue());
                gauges.computeIfAbsent(
                        key,
                        k ->
                                Gauge.builder(
                                                "belay." + name,
                                                values,
                                                now -> now.getOrDefault(k, Double.NaN))
                                        .description(description)
                                        .tags(all)
                                        .register(registry));
            } else {
                Gauge gone = gauges.remove(key);
                if (gone != null) {
                    registry.remove(gone);
                }
            }
        }
    }
}
