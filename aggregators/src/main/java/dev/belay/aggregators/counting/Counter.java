package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.statistics.CellTable;
import org.jspecify.annotations.Nullable;

/** The running tally of one comparison in one partition. */
final class Counter {
    private final Comparison comparison;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final long[] cells = new long[CellTable.SIZE];
    private long withoutTruth;

    /** Counts what is there. */
    Counter(
            Comparison comparison,
            Column supervisor,
            Column student,
            @Nullable Column ceiling,
            Examples examples) {
        this.comparison = comparison;
        this.supervisor = supervisor;
        this.student = student;
        this.ceiling = ceiling;
        for (int example = 0; example < examples.size(); example++) {
            count(example, examples.label(example), 1);
        }
    }

    Comparison comparison() {
        return comparison;
    }

    /**
     * Counts an example in (+1) or out (−1) as its columns are now.
     *
     * @return whether it counts at all: all have predicted it
     */
    boolean count(int example, int label, int sign) {
        int w = supervisor.predicted(example);
        int s = student.predicted(example);
        int c = ceiling == null ? 0 : ceiling.predicted(example);
        if ((w | s | c) < 0) {
            return false;
        }
        if (label == Examples.UNKNOWN) {
            withoutTruth += sign;
        } else {
            cells[CellTable.cell(label, w, s, ceiling != null && c == label)] += sign;
        }
        return true;
    }

    Tally tally() {
        return new Tally(
                CellTable.of(cells),
                withoutTruth,
                supervisor.coverage(),
                student.coverage(),
                ceiling == null ? Tally.Coverage.NONE : ceiling.coverage(),
                student.newestTimeMs());
    }
}
