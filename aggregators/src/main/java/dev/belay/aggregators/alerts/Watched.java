package dev.belay.aggregators.alerts;

import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.events.AlertKind;
import java.util.Arrays;

/** What a detector counts of a pair's stream, from a change of its tally without a ceiling. */
final class Watched {
    /**
     * Tasks with more classes have no detector of their labels: a test of each cut costs too much.
     */
    static final int MAX_CLASSES = 20;

    private Watched() {}

    /** Whether an alert is about the supervisor alone. */
    static boolean isOfSupervisor(AlertKind kind) {
        return kind != AlertKind.DISAGREEMENT;
    }

    /** Categories that are counted; 0: the task has no such detector. */
    static int categories(AlertKind kind, int classes) {
        if (kind != AlertKind.LABELS) {
            return 2;
        }
        return classes == PairTable.CHOICE || classes > MAX_CLASSES ? 0 : classes;
    }

    /**
     * Examples by category: classes, or two outcomes, the one that the kind names last. Negative
     * where examples were corrected or got their truth.
     */
    static long[] counts(AlertKind kind, Tally change) {
        PairTable table = change.table();
        CellTable cells = table.cells();
        long labelled = cells.n() + change.withoutTruth();
        return switch (kind) {
            case ERRORS ->
                    new long[] {cells.supervisorRight(), cells.n() - cells.supervisorRight()};
            case ABSTENTIONS -> new long[] {labelled, change.abstained()};
            case DISAGREEMENT -> {
                long same = cells.same() + change.sameWithoutTruth();
                yield new long[] {same, labelled - same};
            }
            case LABELS -> {
                long[] labels = new long[table.classes()];
                table.confusion().forEach(c -> labels[c.predicted()] += c.count());
                change.labelsWithoutTruth().forEach((label, count) -> labels[(int) label] += count);
                // before an upgrade labels without truth were not counted by class
                yield Arrays.stream(labels).sum() == labelled ? labels : new long[labels.length];
            }
        };
    }
}
