package dev.belay.cli.run;

import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Of an endless run: labelers that make no progress in a partition although it has more examples,
 * with the models that wait for them, and examples skipped without a truth label. Other models may
 * make progress meanwhile. A labeler is reported again after twice the time since the last report,
 * so that a stream whose truth is always late is not reported all the time.
 */
final class LabelingStalls {
    private final Topics topics;
    private final String task;
    private final Duration patience;
    private final LongSupplier nanos;
    private final Map<String, Position> positions = new HashMap<>();
    private final Map<String, Silence> silences = new HashMap<>();
    private long nextSkipped = 1;

    /**
     * A labeler in a partition.
     *
     * @param since when it reached these rows, or when more examples were there than these
     */
    private record Position(long rows, boolean behind, long since) {}

    private record Silence(long until, long length) {}

    /**
     * A labeler without progress.
     *
     * @param partitions in which it is behind
     * @param line what is reported
     */
    record Stall(String labeler, List<Integer> partitions, String line) {}

    /**
     * @param patience for how long a labeler may be behind without progress
     * @param nanos clock
     */
    LabelingStalls(Topics topics, String task, Duration patience, LongSupplier nanos) {
        this.topics = topics;
        this.task = task;
        this.patience = patience;
        this.nanos = nanos;
    }

    /** The labelers to report now. */
    List<Stall> update(RunResults results, Collection<Progress> progress) {
        Map<Integer, Long> examples = new TreeMap<>();
        for (Progress p : progress) {
            if (p.getTopic().equals(topics.examples(task))) {
                examples.merge(p.getPartition(), p.getRecords(), Long::sum);
            }
        }
        List<Stall> stalls = new ArrayList<>();
        waiting(results)
                .forEach(
                        (labeler, models) -> {
                            Map<Integer, Long> rows = rows(labeler, progress);
                            List<Integer> behind = behind(labeler, examples, rows);
                            if (!behind.isEmpty() && mayReport(labeler)) {
                                stalls.add(
                                        new Stall(
                                                labeler,
                                                behind,
                                                line(labeler, behind, examples, rows, models)
                                                        + reason(labeler, results)));
                            }
                        });
        return stalls;
    }

    /**
     * The number of examples without a truth label, once it has reached the next power of ten; else
     * 0.
     */
    long skipped(Collection<Progress> progress) {
        long passed = 0;
        String topic = topics.labels(task, ModelId.TRUTH);
        for (Progress p : progress) {
            if (p.getTopic().equals(topic) && p.getWriter().equals(ModelId.TRUTH)) {
                passed += p.getRows() - p.getRecords();
            }
        }
        if (passed < nextSkipped) {
            return 0;
        }
        while (nextSkipped <= passed) {
            nextSkipped *= 10;
        }
        return passed;
    }

    /** Models that are not finished, by the labeler that they learn from. */
    private static Map<String, Set<String>> waiting(RunResults results) {
        Map<String, Set<String>> models = new TreeMap<>();
        for (ModelSpec spec : results.specs()) {
            var newest = results.newestCheckpoint(spec.getId());
            boolean done =
                    newest != null
                            && (newest.getState() == State.FINISHED
                                    || newest.getState() == State.FAILED);
            if (!done && !spec.getExternal()) {
                models.computeIfAbsent(spec.getSupervisor(), s -> new TreeSet<>())
                        .add(spec.getId());
            }
        }
        return models;
    }

    private Map<Integer, Long> rows(String labeler, Collection<Progress> progress) {
        Map<Integer, Long> rows = new HashMap<>();
        String topic = topics.labels(task, labeler);
        for (Progress p : progress) {
            if (p.getTopic().equals(topic) && p.getWriter().equals(labeler)) {
                rows.put(p.getPartition(), p.getRows());
            }
        }
        return rows;
    }

    private List<Integer> behind(
            String labeler, Map<Integer, Long> examples, Map<Integer, Long> rows) {
        List<Integer> behind = new ArrayList<>();
        long now = nanos.getAsLong();
        examples.forEach(
                (partition, n) -> {
                    long done = rows.getOrDefault(partition, 0L);
                    boolean isBehind = done < n;
                    String key = labeler + "/" + partition;
                    Position before = positions.get(key);
                    if (before == null || before.rows() != done || before.behind() != isBehind) {
                        positions.put(key, new Position(done, isBehind, now));
                    } else if (isBehind && now - before.since() >= patience.toNanos()) {
                        behind.add(partition);
                    }
                });
        return behind;
    }

    private boolean mayReport(String labeler) {
        long now = nanos.getAsLong();
        Silence silence = silences.get(labeler);
        if (silence != null && now - silence.until() < 0) {
            return false;
        }
        long length = silence == null ? 2 * patience.toNanos() : 2 * silence.length();
        silences.put(labeler, new Silence(now + length, length));
        return true;
    }

    private String line(
            String labeler,
            List<Integer> behind,
            Map<Integer, Long> examples,
            Map<Integer, Long> rows,
            Set<String> models) {
        List<String> where =
                behind.stream()
                        .map(
                                p ->
                                        "partition %d at %,d of %,d examples"
                                                .formatted(
                                                        p,
                                                        rows.getOrDefault(p, 0L),
                                                        examples.getOrDefault(p, 0L)))
                        .toList();
        return "no progress of labels by %s for %d s: %s. Waiting for them: %s"
                .formatted(
                        labeler,
                        patience.toSeconds(),
                        String.join("; ", where),
                        String.join(", ", models));
    }

    /** Why a labeler that is a model may be behind. */
    private static String reason(String labeler, RunResults results) {
        if (results.spec(labeler) == null) {
            return "";
        }
        var newest = results.newestCheckpoint(labeler);
        if (newest == null) {
            return "; it has no checkpoint yet";
        }
        return newest.getState() == State.LEARNING
                ? "; it is not ready, after %,d examples".formatted(newest.getExamplesSeen())
                : "; its newest checkpoint is " + newest.getState();
    }
}
