package dev.belay.aggregators.alerts;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Slices;
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
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the detectors of each pair with the changes of its cumulative PROGRESSIVE tally, and makes
 * alerts of the changes found; of wrong labels also for each slice. Belongs to one thread.
 *
 * <p><b>False alarms.</b> Whatever the dependence of detectors, all of a task together keep to the
 * run length R that is asked for. Those of whole pairs, at most 500, have half of the false alarms:
 * each an average run length of 1,000·R. Those of slices have the other half: a detector counts
 * only the examples of its slice, and an example is in at most {@value Slices#MOST_TAGS} slices, so
 * those of a supervisor count together at most so many times the task's examples, whatever the
 * number of slices; each has a run length of 8,000·R.
 *
 * <p><b>Watched</b> are the first {@value #MOST_PAIRS} pairs, by id of the student, of those that
 * learn from labels and have not ended; a supervisor in the first of its watched pairs. Detectors
 * of slices are removed when that pair ends.
 */
public final class ChangeAlerts {
    /** Store of the detectors, by student, kind, number of classes and run length. */
    public static final String DETECTORS = "detectors";

    /** Detectors of whole pairs among which half of a task's false alarms are shared out. */
    static final int SHARES = 500;

    static final int MOST_PAIRS = SHARES / AlertKind.values().length;

    /** The same of slices, as many as an example can be in for each pair. */
    static final int SLICE_SHARES = MOST_PAIRS * Slices.MOST_TAGS;

    private static final String SLICE = "slice|"; // begins the key of a slice's detector
    private static final Logger LOG = LoggerFactory.getLogger(ChangeAlerts.class);

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final KeyValueStore<String, byte[]> store;
    private final long runLength; // of each detector of a whole
    private final long sliceRunLength; // of each detector of a slice
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
        this.runLength = Math.multiplyExact(config.alertRunLength(), 2L * SHARES);
        this.sliceRunLength = Math.multiplyExact(config.alertRunLength(), 2L * SLICE_SHARES);
    }

    /** Key of an alert's record. */
    public static String key(Alert alert) {
        String key = String.join("|", alert.getTask(), alert.getStudent(), alert.getKind().name());
        return alert.getSlice() == null ? key : key + "|" + alert.getSlice();
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
                    String slice = comparison.slice();
                    if (pair == null) {
                        return;
                    }
                    boolean first = pair.student().equals(firsts.get(pair.supervisor()));
                    for (AlertKind kind : AlertKind.values()) {
                        boolean watches =
                                slice == null
                                        ? first || !Watched.isOfSupervisor(kind)
                                        : first
                                                && kind == AlertKind.ERRORS
                                                && !slice.equals(Slices.OTHER);
                        if (watches) {
                            Change found = add(pair, kind, slice, change, reachedMs);
                            if (found != null && (kind != AlertKind.DISAGREEMENT || rises(found))) {
                                long untilMs = Math.max(reachedMs, change.eventTimeMs());
                                alerts.add(alert(pair, kind, slice, change, found, untilMs, nowMs));
                            }
                        }
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

    /** Adds a change of a tally to a detector; returns what has changed. */
    private @Nullable Change add(
            Pair pair, AlertKind kind, @Nullable String slice, Tally change, long reachedMs) {
        int classes = change.table().classes();
        int categories = Watched.categories(kind, classes);
        long[] counts = categories == 0 ? new long[0] : Watched.counts(kind, change);
        if (Arrays.stream(counts).allMatch(count -> count == 0)) {
            return null;
        }
        // with other classes, or another setting, it is another detector
        String key =
                slice == null
                        ? String.join(
                                "|", pair.student(), kind.name(), "" + classes, "" + runLength)
                        : SLICE
                                + String.join(
                                        "|",
                                        pair.student(),
                                        "" + classes,
                                        "" + sliceRunLength,
                                        slice);
        ChangeDetector detector =
                slice == null
                        ? detectors.computeIfAbsent(key, k -> stored(k, categories, runLength))
                        : stored(key, categories, sliceRunLength); // there may be thousands
        Change found = detector.add(counts, reachedMs, 0);
        store.put(key, detector.toBytes());
        return found;
    }

    /** Finds the pairs to watch, if the catalog has changed. */
    private void follow() {
        int now = catalog.version();
        if (now == version) {
            return;
        }
        version = now;
        Set<String> before = Set.copyOf(firsts.values());
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
                    "{} students of task {} learn; changes of the labels are looked for in those of"
                            + " {}",
                    live.size(),
                    config.task(),
                    MOST_PAIRS);
        }
        for (Pair pair : live.subList(0, Math.min(live.size(), MOST_PAIRS))) {
            watched.add(pair.student());
            firsts.putIfAbsent(pair.supervisor(), pair.student());
        }
        if (!before.equals(Set.copyOf(firsts.values()))) {
            removeSlices(Set.copyOf(firsts.values()));
        }
    }

    /** Removes the slices' detectors of all but these students. */
    private void removeSlices(Set<String> kept) {
        List<String> gone = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(
                    entry -> {
                        if (entry.key.startsWith(SLICE)) {
                            int end = entry.key.indexOf('|', SLICE.length());
                            if (!kept.contains(entry.key.substring(SLICE.length(), end))) {
                                gone.add(entry.key);
                            }
                        }
                    });
        }
        gone.forEach(store::delete);
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

    private ChangeDetector stored(String key, int categories, long length) {
        byte[] stored = store.get(key);
        return stored == null
                ? new ChangeDetector(categories, (double) length)
                : ChangeDetector.fromBytes(stored, categories, (double) length);
    }

    private static boolean rises(Change change) {
        return change.after()[1] > change.before()[1];
    }

    private Alert alert(
            Pair pair,
            AlertKind kind,
            @Nullable String slice,
            Tally change,
            Change found,
            long untilMs,
            long nowMs) {
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
                .setSlice(slice)
                .setEventTimeMs(nowMs)
                .build();
    }
}
