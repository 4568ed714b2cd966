package dev.belay.aggregators.alerts;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.change.Change;
import dev.belay.aggregators.statistics.change.ChangeDetector;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the detectors of each pair with the changes of its cumulative PROGRESSIVE tally, and makes
 * alerts of the changes found. Belongs to one thread.
 *
 * <p>Each detector has a share of 1/{@value #SHARES} of the task's false alarms: its average run
 * length is {@value #SHARES} times the setting, so whatever their dependence all detectors of a
 * task together keep to it. Watched are the first pairs, by id of the student, of those that learn
 * from labels and have not ended; a supervisor in the first of its watched pairs.
 */
public final class ChangeAlerts {
    /** Store of the detectors, by student, kind, number of classes and run length. */
    public static final String DETECTORS = "detectors";

    /** Detectors among which a task's false alarms are shared out equally. */
    static final int SHARES = 1_000;

    private static final int MOST_PAIRS = SHARES / AlertKind.values().length;
    private static final Logger LOG = LoggerFactory.getLogger(ChangeAlerts.class);

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final KeyValueStore<String, byte[]> store;
    private final long runLength; // of each
    private final Map<String, ChangeDetector> detectors = new HashMap<>();
    private final Set<String> watched = new HashSet<>(); // students
    private final Map<String, String> firsts = new HashMap<>(); // student by supervisor
    private int version = -1; // of the catalog
    private boolean warned;

    /**
     * @param store of {@link #DETECTORS}
     */
    public ChangeAlerts(
            AggregatorConfig config, Catalog catalog, KeyValueStore<String, byte[]> store) {
        this.config = config;
        this.catalog = catalog;
        this.store = store;
        this.runLength = Math.multiplyExact(config.alertRunLength(), (long) SHARES);
    }

    /** Key of an alert's record. */
    public static String key(Alert alert) {
        return String.join("|", alert.getTask(), alert.getStudent(), alert.getKind().name());
    }

    /**
     * Counts what a shard has sent.
     *
     * @param changes of tallies, all of one metrics row
     * @param reachedMs event time that the stream, over all partitions, had reached before
     * @param nowMs time of the alerts
     * @return what has changed; usually nothing
     */
    public List<Alert> observe(Map<Comparison, Tally> changes, long reachedMs, long nowMs) {
        if (runLength == 0) {
            return List.of();
        }
        follow();
        List<Alert> alerts = new ArrayList<>();
        changes.forEach(
                (comparison, change) -> {
                    Pair pair = watched(comparison, change);
                    if (pair != null) {
                        observe(pair, change, reachedMs, nowMs, alerts);
                    }
                });
        return alerts;
    }

    /** The pair, if the change is of its stream so far without a ceiling. */
    private @Nullable Pair watched(Comparison comparison, Tally change) {
        if (comparison.phase() != Phase.PROGRESSIVE
                || comparison.window() != null
                || comparison.ceiling() != null
                || !watched.contains(comparison.student())
                || change.table().classes() != catalog.classes(comparison.student())) {
            return null;
        }
        Pair pair = catalog.pairOf(comparison.student());
        return pair == null || !pair.supervisor().equals(comparison.supervisor()) ? null : pair;
    }

    private void observe(Pair pair, Tally change, long reachedMs, long nowMs, List<Alert> alerts) {
        boolean first = pair.student().equals(firsts.get(pair.supervisor()));
        for (AlertKind kind : AlertKind.values()) {
            int categories = Watched.categories(kind, change.table().classes());
            if (categories == 0 || (Watched.isOfSupervisor(kind) && !first)) {
                continue;
            }
            long[] counts = Watched.counts(kind, change);
            if (Arrays.stream(counts).allMatch(count -> count == 0)) {
                continue;
            }
            // with other classes, or another setting, it is another detector
            String key =
                    String.join(
                            "|",
                            pair.student(),
                            kind.name(),
                            Integer.toString(change.table().classes()),
                            Long.toString(runLength));
            ChangeDetector detector = detector(key, categories);
            Change found = detector.add(counts, reachedMs, 0);
            store.put(key, detector.toBytes());
            if (found != null && (kind != AlertKind.DISAGREEMENT || rises(found))) {
                long untilMs = Math.max(reachedMs, change.eventTimeMs());
                alerts.add(alert(pair, kind, change, found, untilMs, nowMs));
            }
        }
    }

    /** Finds the pairs to watch, if the catalog has changed. */
    private void follow() {
        int now = catalog.version();
        if (now == version) {
            return;
        }
        version = now;
        watched.clear();
        firsts.clear();
        List<Pair> live =
                catalog.pairs().stream()
                        .filter(pair -> isStudent(pair.student()))
                        .sorted(Comparator.comparing(Pair::student))
                        .toList();
        if (live.size() > MOST_PAIRS && !warned) {
            warned = true;
            LOG.warn(
                    "{} students of task {} learn; changes of the labels are looked for in those of {}",
                    live.size(),
                    config.task(),
                    MOST_PAIRS);
        }
        for (Pair pair : live.subList(0, Math.min(live.size(), MOST_PAIRS))) {
            watched.add(pair.student());
            firsts.putIfAbsent(pair.supervisor(), pair.student());
        }
    }

    /** Whether a model learns from labels, and has not ended. */
    private boolean isStudent(String model) {
        ModelSpec spec = catalog.spec(model);
        return spec != null
                && !spec.getSupervisor().equals(ModelId.TRUTH)
                && !catalog.stopped(model)
                && !catalog.superseded(model)
                && !catalog.over(model)
                && !Comparisons.finished(catalog, model);
    }

    private ChangeDetector detector(String key, int categories) {
        return detectors.computeIfAbsent(
                key,
                k -> {
                    byte[] stored = store.get(k);
                    return stored == null
                            ? new ChangeDetector(categories, (double) runLength)
                            : ChangeDetector.fromBytes(stored, categories, (double) runLength);
                });
    }

    private static boolean rises(Change change) {
        return change.after()[1] > change.before()[1];
    }

    private Alert alert(
            Pair pair, AlertKind kind, Tally change, Change found, long untilMs, long nowMs) {
        return Alert.newBuilder()
                .setTask(config.task())
                .setExperiment(pair.experiment())
                .setKind(kind)
                .setSupervisor(pair.supervisor())
                .setStudent(pair.student())
                .setSupervisorCheckpoint(change.supervisor().newest())
                .setBefore(Arrays.stream(found.before()).boxed().toList())
                .setAfter(Arrays.stream(found.after()).boxed().toList())
                .setExamplesBefore(found.examplesBefore())
                .setExamplesAfter(found.examplesAfter())
                .setSinceMs(found.sinceMs())
                .setUntilMs(untilMs)
                .setTopic(config.topics().predictions(config.task()))
                .setRunLength(config.alertRunLength())
                .setEventTimeMs(nowMs)
                .build();
    }
}
