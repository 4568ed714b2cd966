package dev.belay.aggregators.counting;

import static dev.belay.aggregators.counting.Column.ABSENT;
import static dev.belay.aggregators.counting.Column.ABSTAINED;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterCounter;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.SideSums;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Mutable tally, counted from the columns of its comparison. */
final class RunningTally {
    private final int classes;
    private final ExampleIndex examples;
    private final boolean byCluster;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final PairCounter pairs;
    private long withoutTruth;
    private long sameWithoutTruth;
    private long tooLate;
    private long revised;
    private long abstained;
    private long grouped; // of those counted one by one

    /**
     * @param byCluster whether to sum by cluster too: of sweeps
     */
    RunningTally(
            int classes,
            ExampleIndex examples,
            boolean byCluster,
            Column supervisor,
            Column student,
            @Nullable Column ceiling) {
        this.classes = classes;
        this.examples = examples;
        this.byCluster = byCluster;
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
        } else if (ceiling != null) {
            pairs.cell(label, w, s, ceiling.predicted(example), sign);
        } else {
            int at = example * classes;
            pairs.pair(
                    label, supervisor.probabilities(), at, w, student.probabilities(), at, s, sign);
        }
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
                if (cluster == ClusterSums.NONE || !counts(e, within, w, s, c, truths)) {
                    continue;
                }
                int truth = truths[e];
                if (ceiling == null) {
                    counter.pair(
                            cluster,
                            classes,
                            e,
                            truth,
                            supervisor.predictions(),
                            student.predictions());
                } else {
                    counter.cell(cluster, CellTable.cell(truth, w[e], s[e], c[e] == truth));
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
                supervisor.coverage(),
                student.coverage(),
                ceiling == null ? Tally.Coverage.NONE : ceiling.coverage(),
                Math.max(0, student.newestTimeMs()));
    }
}
