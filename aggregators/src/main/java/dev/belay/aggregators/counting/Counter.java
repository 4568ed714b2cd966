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
 * The running tallies of one comparison in one partition: from the beginning and, of the
 * PROGRESSIVE stream, of its windows.
 */
final class Counter {
    private final Comparison comparison;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final Examples examples;
    private final @Nullable Lateness lateness; // null: HOLDOUT
    private final int classes;
    private final Running whole;
    private final Map<Window, Running> windows = new HashMap<>();
    private final Set<Window> changedWindows = new HashSet<>();
    private long closedMs; // windows that end by then do not change any more
    private boolean changed = true; // even if there is nothing: its columns may be complete

    /** Counts what is there. */
    Counter(
            Comparison comparison,
            Column supervisor,
            Column student,
            @Nullable Column ceiling,
            Examples examples,
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
        this.whole = running();
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
     * Counts examples in as their columns and truths are now.
     *
     * @param roster the same numbers if they are all of a roster, as it keeps them
     */
    void count(int[] numbers, int count, int @Nullable [] roster) {
        if (lateness == null && classes <= SideSums.MOST_CLASSES) {
            changed |= whole.count(numbers, count, roster, examples);
            return;
        }
        for (int i = 0; i < count; i++) {
            count(numbers[i], 1);
        }
    }

    void count(int example, int sign) {
        if (counts(example)) {
            changed = true;
            if (lateness == null) {
                whole.count(example, examples.newest(example), sign);
            } else {
                countAt(example, sign, lateness, whole, windows);
            }
        }
    }

    /** Whether all have predicted all examples that are known, and truth is there for each. */
    boolean isDone() {
        long known = examples.known();
        return whole.withoutTruth() == 0
                && supervisor.rows() == known
                && student.rows() == known
                && (ceiling == null || ceiling.rows() == known);
    }

    /** How far the sweeps have come is no longer what was known. */
    void touch() {
        changed = true;
    }

    /** A window's tally is to be given again, even if nothing is in it. */
    void touch(Window window) {
        changed = true;
        windows.computeIfAbsent(window, w -> running());
        changedWindows.add(window);
    }

    /** Whether the tallies may have changed since they were last asked for. */
    boolean hasChanged() {
        return changed;
    }

    /** Gives the tallies that may have changed since this was last asked. */
    void takeChanged(BiConsumer<Comparison, Tally> taker) {
        if (!changed) {
            return;
        }
        changed = false;
        taker.accept(comparison, whole.tally());
        for (Window window : changedWindows) {
            Running running = windows.get(window);
            if (running != null) {
                taker.accept(comparison.in(window), running.tally());
            }
        }
        changedWindows.clear();
    }

    /**
     * Counts out examples that are about to leave their columns, and gives what they counted as.
     */
    void retire(int[] expired, BiConsumer<Comparison, Tally> taker) {
        if (lateness == null) {
            throw new IllegalStateException("a holdout does not expire: " + comparison);
        }
        Running gone = running();
        Map<Window, Running> goneWindows = new HashMap<>();
        boolean any = false;
        for (int example : expired) {
            if (counts(example)) {
                countAt(example, 1, lateness, gone, goneWindows);
                countAt(example, -1, lateness, whole, windows);
                any = true;
            }
        }
        if (any) {
            taker.accept(comparison, gone.tally());
            goneWindows.forEach((window, r) -> taker.accept(comparison.in(window), r.tally()));
        }
    }

    /** Closes the windows that end by then: they are not counted any more. */
    void closeWindows(long throughMs, java.util.function.Consumer<Comparison> closed) {
        closedMs = throughMs;
        windows.keySet()
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
                && student.says(example) >= 0
                && (ceiling == null || ceiling.says(example) >= 0);
    }

    private void countAt(
            int example, int sign, Lateness late, Running total, Map<Window, Running> byWindow) {
        long timeMs = student.timeMs(example);
        Truths truths = examples.truths(example);
        boolean revised = revised(example);
        count(example, truths, late.horizonEnd(timeMs), revised, sign, total);
        for (Window.Kind kind : late.windows()) {
            for (Window window : kind.of(timeMs)) {
                if (window.endMs() <= closedMs) {
                    continue;
                }
                Running running = byWindow.computeIfAbsent(window, w -> running());
                count(example, truths, late.graceEnd(timeMs), revised, sign, running);
                changedWindows.add(window);
            }
        }
    }

    private void count(
            int example, Truths truths, long untilMs, boolean revised, int sign, Running running) {
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

    private Running running() {
        return new Running(classes, supervisor, student, ceiling);
    }
}
