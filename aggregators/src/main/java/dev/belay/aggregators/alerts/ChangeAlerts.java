package dev.belay.aggregators.alerts;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.change.Change;
import dev.belay.aggregators.statistics.change.ChangeDetector;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the detectors of each pair with the changes of its cumulative PROGRESSIVE tally, and makes
 * alerts of the changes found. Belongs to one thread.
 *
 * <p>Each detector has a share of 1/{@value #SHARES} of the task's false alarms: its average run
 * length is {@value #SHARES} times the setting, so whatever their dependence all detectors of a
 * task together keep to it while there are at most so many. Pairs beyond that are not watched.
 */
public final class ChangeAlerts {
    /** Store of the detectors, by student, kind, number of categories and run length. */
    public static final String DETECTORS = "detectors";

    /** Detectors among which a task's false alarms are shared out equally. */
    static final int SHARES = 1_000;

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final KeyValueStore<String, byte[]> store;
    private final long runLength; // of each
    private final Map<String, ChangeDetector> detectors = new HashMap<>();

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
     * @param nowMs time of the alerts
     * @return what has changed; usually nothing
     */
    public List<Alert> observe(Map<Comparison, Tally> changes, long nowMs) {
        if (runLength == 0) {
            return List.of();
        }
        List<Alert> alerts = new ArrayList<>();
        changes.forEach(
                (comparison, change) -> {
                    Pair pair = watched(comparison, change);
                    if (pair != null) {
                        observe(pair, change, nowMs, alerts);
                    }
                });
        return alerts;
    }

    /** The pair, if the change is of its stream so far without a ceiling. */
    private @Nullable Pair watched(Comparison comparison, Tally change) {
        if (comparison.phase() != Phase.PROGRESSIVE
                || comparison.window() != null
                || comparison.ceiling() != null
                || catalog.pairs().size() * AlertKind.values().length > SHARES
                || change.table().classes() != catalog.classes(comparison.student())) {
            return null;
        }
        Pair pair = catalog.pairOf(comparison.student());
        return pair == null || !pair.supervisor().equals(comparison.supervisor()) ? null : pair;
    }

    private void observe(Pair pair, Tally change, long nowMs, List<Alert> alerts) {
        boolean first = isFirst(pair);
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
                            Integer.toString(categories),
                            Long.toString(runLength));
            ChangeDetector detector = detector(key, categories);
            Change found = detector.add(counts, change.eventTimeMs(), 0);
            store.put(key, detector.toBytes());
            if (found != null && (kind != AlertKind.DISAGREEMENT || rises(found))) {
                alerts.add(alert(pair, kind, change, found, nowMs));
            }
        }
    }

    /** Whether the pair is the first of its supervisor, which is watched for all of them. */
    private boolean isFirst(Pair pair) {
        return catalog.pairs().stream()
                .filter(other -> other.supervisor().equals(pair.supervisor()))
                .map(Pair::student)
                .min(Comparator.naturalOrder())
                .filter(pair.student()::equals)
                .isPresent();
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

    private Alert alert(Pair pair, AlertKind kind, Tally change, Change found, long nowMs) {
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
                .setUntilMs(change.eventTimeMs())
                .setTopic(config.topics().predictions(config.task()))
                .setRunLength(config.alertRunLength())
                .setEventTimeMs(nowMs)
                .build();
    }
}
