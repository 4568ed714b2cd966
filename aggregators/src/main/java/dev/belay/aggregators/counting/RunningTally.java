package dev.belay.aggregators.counting;

import static dev.belay.aggregators.counting.Column.ABSENT;
import static dev.belay.aggregators.counting.Column.ABSTAINED;

import dev.belay.aggregators.counting.Tally.Coverage;
import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterCounter;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.SideSums;
import dev.belay.aggregators.statistics.counts.SparseCounter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Mutable tally, counted from the columns of its comparison. */
final class RunningTally {
    private final int classes;
    private final ExampleIndex examples;
    private final boolean byCluster;
    private final @Nullable String slice;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final PairCounter pairs;
    private long withoutTruth;
    private long sameWithoutTruth;
    private long tooLate;
    private long revised;
    private long abstained;
    private final SparseCounter labelsWithoutTruth = new SparseCounter(); // of streams
    private long grouped; // of those counted one by one

    /**
     * @param byCluster whether to sum by cluster too: of sweeps
     * @param slice whose examples alone are counted; null: all. Its tally has counts only: how far
     *     the predictions have come is in the tally of all
     */
    RunningTally(
            int classes,
            ExampleIndex examples,
            boolean byCluster,
            @Nullable String slice,
            Column supervisor,
            Column student,
            @Nullable Column ceiling) {
        this.classes = classes;
        this.examples = examples;
        this.byCluster = byCluster;
        this.slice = slice;
        this.supervisor = supervisor;
        this.student = student;
        this.ceiling = ceiling;
        this.pairs = new PairCounter(classes);
    }

    /**
     * Counts an example in (1) or out (−1), which student and ceiling have predicted and of which
     * the supervisor has a row.
     */
    void count(int example, int label, int sign) {
        int w = supervisor.predicted(example);
        int s = student.predicted(example);
        if (w >= 0 && label != TruthHistory.UNKNOWN) {
            grouped += examples.cluster(example) != ClusterSums.NONE ? sign : 0;
        }
        if (w < 0) {
            abstained += sign;
        } else if (label == TruthHistory.UNKNOWN) {
            withoutTruth += sign;
            sameWithoutTruth += w == s ? sign : 0;
            if (!byCluster && PairTable.hasClasses(classes)) {
                labelsWithoutTruth.add(w, sign);
            }
        } else if (ceiling != null) {
            pairs.cell(label, w, s, ceiling.predicted(example), sign);
        } else {
            pairs.pair(
                    label,
                    student.size(example),
                    supervisor.probabilities(example),
                    supervisor.from(example),
                    w,
                    student.probabilities(example),
                    student.from(example),
                    s,
                    sign);
        }
    }

    /** The newest truth of an example as {@link #truths}, or {@link TruthHistory#UNKNOWN}. */
    int newest(int example) {
        return classes == PairTable.CHOICE ? truths(example).newest() : examples.newest(example);
    }

    /**
     * The truths of an example that all models have a row of. Of a choice example those among its
     * options; none where the models disagree on how many it has.
     */
    TruthHistory truths(int example) {
        TruthHistory truths = examples.truths(example);
        if (classes != PairTable.CHOICE) {
            return truths;
        }
        int options = student.size(example);
        return supervisor.size(example) == options
                        && (ceiling == null || ceiling.size(example) == options)
                ? truths.within(options)
                : TruthHistory.NONE;
    }

    /**
     * Adds those of the given examples that all models have predicted.
     *
     * @param roster the array of an {@link IdList} with the same numbers; null: there is none
     * @return whether there are any
     */
    boolean count(int[] numbers, int count, int @Nullable [] roster) {
        char[] w = supervisor.predicted();
        char[] s = student.predicted();
        char[] c = ceiling == null ? s : ceiling.predicted();
        int[] truths = examples.newest();
        int within = Math.min(w.length, Math.min(s.length, c.length));
        int n = 0;
        while (n < count && counts(numbers[n], within, w, s, c, truths)) {
            n++;
        }
        int[] known = numbers; // nearly always all of them
        int unknown = 0;
        int without = 0;
        if (n < count) {
            known = Arrays.copyOf(numbers, count);
            for (int i = n; i < count; i++) {
                int e = numbers[i];
                if (counts(e, within, w, s, c, truths)) {
                    known[n++] = e;
                } else if (e < within && s[e] < ABSTAINED && c[e] < ABSTAINED) {
                    if (w[e] == ABSTAINED) {
                        without++;
                    } else if (w[e] != ABSENT) {
                        unknown++;
                        sameWithoutTruth += w[e] == s[e] ? 1 : 0;
                    }
                }
            }
        }
        withoutTruth += unknown;
        abstained += without;
        if (ceiling != null) {
            pairs.cells(known, n, truths, w, s, c, 1);
        } else if (n > 0) {
            SideSums ofSupervisor =
                    roster != null && n == roster.length
                            ? supervisor.sums(roster, examples)
                            : SideSums.of(classes, known, n, truths, supervisor.predictions());
            SideSums ofStudent = SideSums.of(classes, known, n, truths, student.predictions());
            pairs.pairs(
                    known,
                    n,
                    truths,
                    supervisor.predictions(),
                    student.predictions(),
                    ofSupervisor,
                    ofStudent,
                    1);
        }
        return n + unknown + without > 0;
    }

    long withoutTruth() {
        return withoutTruth;
    }

    private static boolean counts(
            int example, int within, char[] w, char[] s, char[] c, int[] truths) {
        return example < within
                && w[example] < ABSTAINED
                && s[example] < ABSTAINED
                && c[example] < ABSTAINED
                && truths[example] != TruthHistory.UNKNOWN;
    }

    void countTooLate(int sign) {
        tooLate += sign;
    }

    void countRevised(int sign) {
        revised += sign;
    }

    /**
     * Counts the examples that have a group. One pass over them for each tally that is sent costs
     * little; the loops that count blocks are not slowed down.
     */
    private ClusterCounter clusters() {
        ClusterCounter counter = new ClusterCounter();
        if (!byCluster) {
            counter.grouped(grouped);
        } else if (examples.hasGroups()) {
            char[] w = supervisor.predicted();
            char[] s = student.predicted();
            char[] c = ceiling == null ? s : ceiling.predicted();
            int[] truths = examples.newest();
            int within = Math.min(w.length, Math.min(s.length, c.length));
            for (int e = 0; e < Math.min(examples.size(), within); e++) {
                int cluster = examples.cluster(e);
                if (cluster == ClusterSums.NONE
                        || !counts(e, within, w, s, c, truths)
                        || (slice != null && !examples.slices(e).names().contains(slice))) {
                    continue;
                }
                int truth = newest(e);
                if (truth == TruthHistory.UNKNOWN) {
                    continue;
                }
                int cell = CellTable.cell(truth, w[e], s[e], ceiling != null && c[e] == truth);
                if (ceiling == null) {
                    counter.pair(
                            cluster,
                            cell,
                            truth,
                            student.size(e),
                            supervisor.probabilities(e),
                            supervisor.from(e),
                            student.probabilities(e),
                            student.from(e));
                } else {
                    counter.cell(cluster, cell);
                }
            }
        }
        return counter;
    }

    Tally tally() {
        return new Tally(
                pairs.table(clusters()),
                withoutTruth,
                sameWithoutTruth,
                tooLate,
                revised,
                abstained,
                slice == null ? supervisor.coverage() : Coverage.NONE,
                slice == null ? student.coverage() : Coverage.NONE,
                slice == null && ceiling != null ? ceiling.coverage() : Coverage.NONE,
                slice == null ? Math.max(0, student.newestTimeMs()) : 0,
                labelsWithoutTruth.counts());
    }
}
