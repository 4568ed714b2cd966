package dev.belay.aggregators.merge;

import dev.belay.aggregators.alerts.ChangeAlerts;
import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.events.CheckpointRanks;
import dev.belay.aggregators.events.MetricsEvent;
import dev.belay.aggregators.events.Selection;
import dev.belay.aggregators.shard.WindowExpiry;
import dev.belay.aggregators.state.MetricsRow;
import dev.belay.aggregators.state.ShardMessage;
import dev.belay.aggregators.statistics.counts.SelfCheck;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the shards' deltas and emits metrics rows: of the candidates of a row the preferred one
 * that is complete. HOLDOUT rows are emitted when they change, PROGRESSIVE rows at most once per
 * interval. Both are emitted again when the catalog changes their comparison, or another checkpoint
 * of the student changes their rank. Rows of windows are removed once no shard can change them:
 * {@link WindowExpiry}. Forwards {@link PairMetrics} and {@link Alert}s.
 *
 * <p>A slice has a row of its own ({@link SliceRows}), which is emitted after the whole row: with
 * it, in one transaction, and at most once per interval when its own counts change.
 */
public final class Merger implements Processor<byte[], ShardMessage.Delta, String, SpecificRecord> {
    public static final String ROWS = "rows";

    private static final Logger LOG = LoggerFactory.getLogger(Merger.class);

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final MeterRegistry meters;
    private final PairMeters shown;
    private final Map<String, Set<String>> rowsByStudent = new HashMap<>();
    private final Map<String, Set<String>> unsettled = new HashMap<>(); // by student
    private final Set<String> waiting = new HashSet<>();
    private final Map<String, CheckpointRanks> ranks = new HashMap<>(); // by student
    private final Map<String, WindowExpiry> windows = new HashMap<>(); // by student
    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<String, MetricsRow> rows;
    private ChangeAlerts alerts;
    private SliceRows slices;
    private int catalogVersion;
    private boolean received; // since the last check
    private boolean uncommitted; // since the last commit request

    public Merger(AggregatorConfig config, Catalog catalog, MeterRegistry meters) {
        this.config = config;
        this.catalog = catalog;
        this.meters = meters;
        this.shown = new PairMeters(meters, catalog);
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        rows = context.getStateStore(ROWS);
        alerts = new ChangeAlerts(config, catalog, context.getStateStore(ChangeAlerts.DETECTORS));
        slices = new SliceRows(config.task(), catalog, rows, this::emit);
        // Kafka Streams reuses the processors of a task whose transaction failed
        rowsByStudent.clear();
        unsettled.clear();
        waiting.clear();
        ranks.clear();
        shown.close();
        windows.clear();
        uncommitted = false;
        catalogVersion = 0;
        Map<String, MetricsRow> newest = new HashMap<>(); // emitted HOLDOUT rows, by student
        Map<String, MetricsRow> streams = new HashMap<>();
        try (KeyValueIterator<String, MetricsRow> all = rows.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                MetricsRow row = entry.value;
                note(entry.key, row);
                if (row.any().slice() != null) {
                    continue;
                }
                if (row.isEmitted() && row.any().phase() == Phase.HOLDOUT) {
                    newest.merge(
                            row.any().student(),
                            row,
                            (a, b) -> a.any().checkpoint() > b.any().checkpoint() ? a : b);
                } else if (row.isEmitted() && row.any().window() == null) {
                    streams.put(row.any().student(), row);
                }
            }
        }
        newest.forEach(this::show);
        streams.forEach(this::show);
        context.schedule(
                config.progressiveFlush(), PunctuationType.WALL_CLOCK_TIME, now -> punctuate());
        context.schedule(config.sweepFlush(), PunctuationType.WALL_CLOCK_TIME, now -> commit());
    }

    /** Shows a row that another instance emitted, or this one before a restart. */
    private void show(String student, MetricsRow row) {
        Selection selected = Selection.of(catalog, row);
        if (selected != null) {
            shown.emitted(MetricsEvent.of(config.task(), catalog, selected, row, ranks(student)));
        }
    }

    @Override
    public void close() {
        shown.close();
    }

    @Override
    public void process(Record<byte[], ShardMessage.Delta> record) {
        received = true;
        ShardMessage.Delta delta = record.value();
        String student = new String(record.key(), StandardCharsets.UTF_8);
        if (delta.changes().isEmpty()) {
            advance(student, delta);
            return;
        }
        Comparison any = delta.changes().keySet().iterator().next();
        if (any.slice() != null) {
            Map<Comparison, Tally> admitted = slices.admit(student, any.slice(), delta.changes());
            long reachedMs = reachedMs(student);
            merge(admitted);
            alert(admitted, reachedMs);
            return; // the expiry time comes with the whole
        }
        long reachedMs = reachedMs(student);
        merge(delta.changes());
        if (any.phase() == Phase.PROGRESSIVE) {
            alert(delta.changes(), reachedMs);
            advance(student, delta);
        }
    }

    /** Event time that a student's stream has reached, over all partitions; 0 before it began. */
    private long reachedMs(String student) {
        MetricsRow stream = rows.get(Comparison.streamOf(student));
        return stream == null
                ? 0
                : stream.tallies().values().stream().mapToLong(Tally::eventTimeMs).max().orElse(0);
    }

    private void alert(Map<Comparison, Tally> changes, long reachedMs) {
        long nowMs = context.currentSystemTimeMs();
        for (Alert alert : alerts.observe(changes, reachedMs, nowMs)) {
            LOG.warn(
                    "{} of {}{} changed: {} to {} since {}",
                    alert.getKind(),
                    alert.getSupervisor(),
                    alert.getSlice() == null ? "" : " in " + alert.getSlice(),
                    alert.getBefore(),
                    alert.getAfter(),
                    Instant.ofEpochMilli(alert.getSinceMs()));
            meters.counter("belay.alerts", "service", "aggregator", "task", alert.getTask())
                    .increment();
            uncommitted = true;
            context.forward(new Record<>(ChangeAlerts.key(alert), alert, nowMs));
        }
    }

    private void merge(Map<Comparison, Tally> changes) {
        Comparison any = changes.keySet().iterator().next();
        if (any.window() != null && windows(any.student()).isClosed(any.window())) {
            meters.counter("belay.too.late", "service", "aggregator").increment();
            return;
        }
        String key = any.row();
        MetricsRow before = rows.get(key);
        MetricsRow row = (before == null ? MetricsRow.EMPTY : before).merge(changes);
        rows.put(key, row);
        note(key, row);
        if (any.phase() == Phase.HOLDOUT && any.slice() == null) {
            emit(key, row);
        }
    }

    /**
     * Registers a shard's expiry time. Rows that no shard can change any more are emitted, with
     * limits, and removed.
     */
    private void advance(String student, ShardMessage.Delta delta) {
        String key = Comparison.streamOf(student);
        MetricsRow row = rows.get(key);
        if (row == null) {
            return; // nothing of its stream has been counted
        }
        WindowExpiry of = windows(student);
        if (of.advance(delta.partition(), delta.expiredMs(), context.currentSystemTimeMs())) {
            rows.put(key, row.expired(of.expiredMs()));
            of.removeClosed().forEach(closed -> remove(student, closed));
        }
    }

    private void remove(String student, String key) {
        MetricsRow row = rows.get(key);
        Selection selected = row == null ? null : Selection.of(catalog, row);
        if (row != null && selected != null) {
            PairMetrics metrics =
                    MetricsEvent.of(config.task(), catalog, selected, row, ranks(student));
            check(key, selected.base());
            forward(MetricsEvent.closed(metrics));
        }
        rows.delete(key);
        waiting.remove(key);
        rowsByStudent.getOrDefault(student, new HashSet<>()).remove(key);
        unsettled.getOrDefault(student, new HashSet<>()).remove(key);
    }

    /**
     * Requests a commit as soon as all received deltas are merged: emitted rows can be read only
     * once they are committed.
     */
    private void commit() {
        if (uncommitted && !received) {
            uncommitted = false;
            context.commit();
        }
        received = false;
    }

    private void note(String key, MetricsRow row) {
        Comparison any = row.any();
        String student = any.student();
        if (any.slice() != null) {
            slices.add(key, any, any.slice());
        } else if (rowsByStudent.computeIfAbsent(student, s -> new HashSet<>()).add(key)) {
            unsettled.computeIfAbsent(student, s -> new HashSet<>()).add(key);
            if (any.phase() == Phase.HOLDOUT) {
                ranks(student).add(row);
            } else {
                windows(student).add(any.window(), key, row.expiredMs());
            }
        }
        if (row.pending()) {
            waiting.add(key);
        }
    }

    private void punctuate() {
        shown.removeGone();
        int version = catalog.version();
        if (version != catalogVersion) {
            Catalog.Changes changes = catalog.changedSince(catalogVersion);
            catalogVersion = version;
            for (Pair pair : catalog.pairs()) {
                if (changes.redefine(pair)) {
                    waiting.addAll(rowsByStudent.getOrDefault(pair.student(), Set.of()));
                } else if (changes.touch(pair)) {
                    waiting.addAll(unsettled.getOrDefault(pair.student(), Set.of()));
                }
            }
        }
        // emitting a row may queue others, for the next punctuation
        Set<String> now = Set.copyOf(waiting);
        waiting.clear();
        for (String key : now) {
            MetricsRow row = rows.get(key);
            if (row != null && row.any().slice() == null) {
                emit(key, row);
            }
        }
        slices.emitChanged(now);
    }

    private void emit(String key, MetricsRow row) {
        Comparison any = row.any();
        Pair pair = catalog.pairOf(any.student());
        // read first: a change of the catalog after it is in the candidates and in the event
        boolean settled = pair != null && settled(pair, any);
        Selection selected = Selection.of(catalog, row);
        if (selected != null) {
            emit(key, row, selected);
            if (settled && selected.preferred() && selected.tally().complete()) {
                unsettled.getOrDefault(any.student(), new HashSet<>()).remove(key);
            }
        }
    }

    private boolean settled(Pair pair, Comparison any) {
        if (any.phase() == Phase.HOLDOUT) {
            return Comparisons.settled(catalog, pair, any.checkpoint());
        }
        // for a window the catalog decides only whether the ceiling's checkpoint is its last
        return any.window() != null
                && (pair.ceiling() == null || Comparisons.finished(catalog, pair.ceiling()));
    }

    private void emit(String key, MetricsRow row, Selection selected) {
        Comparison candidate = selected.comparison();
        Tally base = selected.base();
        CheckpointRanks ofStudent = ranks(candidate.student());
        MetricsRow tested =
                candidate.phase() == Phase.HOLDOUT ? ofStudent.test(catalog, row, base) : row;
        PairMetrics metrics = MetricsEvent.of(config.task(), catalog, selected, tested, ofStudent);
        MetricsRow emitted = emit(key, row, tested, selected, metrics);
        if (emitted == null) {
            return;
        }
        if (candidate.phase() == Phase.HOLDOUT && ofStudent.add(emitted)) {
            ofStudent
                    .after(candidate.checkpoint())
                    .forEach(other -> waiting.add(candidate.at(other).row()));
        }
        shown.emitted(metrics);
        slices.emitted(key, selected, metrics, waiting);
    }

    /** Emits a row, unless it is as it was emitted last; returns it as it is stored now. */
    private @Nullable MetricsRow emit(
            String key,
            MetricsRow row,
            MetricsRow tested,
            Selection selected,
            PairMetrics metrics) {
        String as = MetricsEvent.emittedAs(selected, metrics);
        if (!row.pending() && row.emittedAs().equals(as)) {
            return null;
        }
        check(key, selected.base());
        MetricsRow emitted = tested.emitted(as, metrics);
        rows.put(key, emitted);
        waiting.remove(key);
        forward(metrics);
        return emitted;
    }

    private void forward(PairMetrics metrics) {
        uncommitted = true;
        context.forward(
                new Record<>(MetricsEvent.key(metrics), metrics, context.currentSystemTimeMs()));
    }

    /** Logs and counts a row whose counts violate an identity, which is a defect of Belay. */
    private void check(String key, Tally base) {
        String broken = SelfCheck.of(base.table());
        if (broken != null) {
            meters.counter("belay.self.check.failed", "service", "aggregator").increment();
            LOG.error("the counts of {} contradict themselves: {}", key, broken);
        }
    }

    private WindowExpiry windows(String student) {
        return windows.computeIfAbsent(student, s -> new WindowExpiry(config.lateness().horizon()));
    }

    private CheckpointRanks ranks(String student) {
        return ranks.computeIfAbsent(student, s -> new CheckpointRanks());
    }
}
