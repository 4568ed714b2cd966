package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.statistics.counts.SideSums;
import dev.belay.schemas.events.Phase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The tallies of one comparison in one partition: cumulative, the same by slice and, for the
 * PROGRESSIVE stream, by window.
 */
final class ComparisonCounter {
    private final Comparison comparison;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final ExampleIndex examples;
    private final @Nullable Lateness lateness; // null: HOLDOUT
    private final int classes;
    private final Tallies live;
    private final Set<Window> changedWindows = new HashSet<>();
    private final Set<String> changedSlices = new HashSet<>();
    private long closedMs; // windows that end by then do not change any more
    private boolean changed = true; // even if there is nothing: its columns may be complete

    /** Counts the examples known. */
    ComparisonCounter(
            Comparison comparison,
            Column supervisor,
            Column student,
            @Nullable Column ceiling,
            ExampleIndex examples,
            Lateness lateness,
            int classes,
            long closedMs) {
        this.comparison = comparison;
        this.supervisor = supervisor;
        this.student = student;
        this.ceiling = ceiling;
        this.examples = examples;
        this.lateness = comparison.phase() == Phase.HOLDOUT ? null : lateness;
        this.classes = classes;
        this.closedMs = closedMs;
        this.live = new Tallies();
        if (supervisor.isEmpty() || student.isEmpty() || (ceiling != null && ceiling.isEmpty())) {
            return;
        }
        int[] numbers = new int[BlockCheck.MAX_ROWS];
        for (int from = 0; from < examples.size(); from += numbers.length) {
            int count = Math.min(numbers.length, examples.size() - from);
            for (int i = 0; i < count; i++) {
                numbers[i] = from + i;
            }
            count(numbers, count, null);
        }
    }

    Comparison comparison() {
        return comparison;
    }

    /**
     * Adds examples with their current predictions and truths.
     *
     * @param roster the array of an {@link IdList} with the same numbers; null: there is none
     */
    void count(int[] numbers, int count, int @Nullable [] roster) {
        if (lateness == null && SideSums.fit(classes)) {
            changed |= live.whole.count(numbers, count, roster);
            if (examples.hasSlices()) {
                for (int i = 0; i < count; i++) {
                    if (counts(numbers[i])) {
                        countSlices(numbers[i], 1);
                    }
                }
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            count(numbers[i], 1);
        }
    }

    /** Of sweeps. */
    private void countSlices(int example, int sign) {
        int label = live.whole.newest(example);
        for (String slice : examples.slices(example).names()) {
            live.of(slice).count(example, label, sign);
            changedSlices.add(slice);
        }
    }

    void count(int example, int sign) {
        if (counts(example)) {
            changed = true;
            if (lateness == null) {
                live.whole.count(example, live.whole.newest(example), sign);
                if (examples.hasSlices()) {
                    countSlices(example, sign);
                }
            } else {
                countAt(example, sign, lateness, live);
            }
        }
    }

    /** Whether all models have predicted all known examples, and the truth of each is known. */
    boolean isDone() {
        long known = examples.known();
        return live.whole.withoutTruth() == 0
                && supervisor.rows() == known
                && student.rows() == known
                && (ceiling == null || ceiling.rows() == known);
    }

    /**
     * Whether all examples of this partition that the student has predicted are counted: the others
     * have predicted them, and their truth is known. Not whether the student's sweep has more.
     */
    boolean isCovered() {
        return student.rows() > 0
                && live.whole.tally().predicted() == student.rows()
                && live.whole.withoutTruth() == 0;
    }

    /** Marks the progress of the sweeps as changed. */
    void touch() {
        changed = true;
    }

    /** Marks the tally of a window or slice to be sent again, even if it is empty. */
    void touch(Comparison part) {
        changed = true;
        if (part.window() != null) {
            live.in(part.window());
            changedWindows.add(part.window());
        }
        if (part.slice() != null) {
            live.of(part.slice());
            changedSlices.add(part.slice());
        }
    }

    /** Whether the tallies may have changed since the last call of {@link #changed}. */
    boolean hasChanged() {
        return changed;
    }

    /** Passes on the tallies that may have changed since the last call. */
    void takeChanged(BiConsumer<Comparison, Tally> taker) {
        if (!changed) {
            return;
        }
        changed = false;
        for (String slice : changedSlices) {
            taker.accept(comparison.of(slice), live.of(slice).tally());
        }
        changedSlices.clear();
        taker.accept(comparison, live.whole.tally());
        for (Window window : changedWindows) {
            RunningTally running = live.windows.get(window);
            if (running != null) {
                taker.accept(comparison.in(window), running.tally());
            }
        }
        changedWindows.clear();
    }

    /** Removes examples that are about to leave their columns, and returns their tally. */
    void retire(int[] expired, BiConsumer<Comparison, Tally> taker) {
        if (lateness == null) {
            throw new IllegalStateException("a holdout does not expire: " + comparison);
        }
        Tallies gone = new Tallies();
        boolean any = false;
        for (int example : expired) {
            if (counts(example)) {
                countAt(example, 1, lateness, gone);
                countAt(example, -1, lateness, live);
                any = true;
            }
        }
        if (any) {
            taker.accept(comparison, gone.whole.tally());
            gone.windows.forEach((window, r) -> taker.accept(comparison.in(window), r.tally()));
            gone.slices.forEach((slice, r) -> taker.accept(comparison.of(slice), r.tally()));
        }
    }

    /** Closes the windows that end by then; they are no longer counted. */
    void closeWindows(long throughMs, java.util.function.Consumer<Comparison> closed) {
        closedMs = throughMs;
        live.windows
                .keySet()
                .removeIf(
                        window -> {
                            boolean over = window.endMs() <= throughMs;
                            if (over) {
                                closed.accept(comparison.in(window));
                            }
                            return over;
                        });
    }

    private boolean counts(int example) {
        return supervisor.has(example)
                && student.predicted(example) >= 0
                && (ceiling == null || ceiling.predicted(example) >= 0);
    }

    private void countAt(int example, int sign, Lateness late, Tallies into) {
        long timeMs = student.timeMs(example);
        TruthHistory truths = into.whole.truths(example);
        boolean revised = revised(example);
        count(example, truths, late.horizonEnd(timeMs), revised, sign, into.whole);
        if (examples.hasSlices()) {
            for (String slice : examples.slices(example).names()) {
                count(example, truths, late.horizonEnd(timeMs), revised, sign, into.of(slice));
                changedSlices.add(slice);
            }
        }
        for (Window.Kind kind : late.windows()) {
            for (Window window : kind.of(timeMs)) {
                if (window.endMs() <= closedMs) {
                    continue;
                }
                count(example, truths, late.graceEnd(timeMs), revised, sign, into.in(window));
                changedWindows.add(window);
            }
        }
    }

    private void count(
            int example,
            TruthHistory truths,
            long untilMs,
            boolean revised,
            int sign,
            RunningTally running) {
        int label = truths.at(untilMs);
        running.count(example, label, sign);
        if (label != truths.newest()) {
            running.countTooLate(sign);
        }
        if (revised || truths.revised(untilMs)) {
            running.countRevised(sign);
        }
    }

    private boolean revised(int example) {
        return supervisor.revised(example)
                || student.revised(example)
                || (ceiling != null && ceiling.revised(example));
    }

    private RunningTally running(@Nullable String slice) {
        return new RunningTally(
                classes, examples, lateness == null, slice, supervisor, student, ceiling);
    }

    /** The tallies of some examples. */
    private final class Tallies {
        private final RunningTally whole = running(null);
        private final Map<Window, RunningTally> windows = new HashMap<>();
        private final Map<String, RunningTally> slices = new HashMap<>();

        RunningTally in(Window window) {
            return windows.computeIfAbsent(window, w -> running(null));
        }

        RunningTally of(String slice) {
            return slices.computeIfAbsent(slice, s -> running(s));
        }
    }
}
