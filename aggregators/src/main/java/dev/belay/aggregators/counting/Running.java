package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.PairCounter;
import org.jspecify.annotations.Nullable;

/** A tally that is being counted, from the columns of its comparison. */
final class Running {
    private final int classes;
    private final Column supervisor;
    private final Column student;
    private final @Nullable Column ceiling;
    private final PairCounter pairs;
    private long withoutTruth;
    private long sameWithoutTruth;
    private long tooLate;
    private long revised;

    Running(int classes, Column supervisor, Column student, @Nullable Column ceiling) {
        this.classes = classes;
        this.supervisor = supervisor;
        this.student = student;
        this.ceiling = ceiling;
        this.pairs = new PairCounter(classes);
    }

    /** Counts an example, which all have predicted, in (1) or out (−1). */
    void count(int example, int label, int sign) {
        int w = supervisor.says(example);
        int s = student.says(example);
        if (label == Truths.UNKNOWN) {
            withoutTruth += sign;
            sameWithoutTruth += w == s ? sign : 0;
        } else if (ceiling != null) {
            pairs.cell(label, w, s, ceiling.says(example), sign);
        } else {
            int at = example * classes;
            pairs.pair(
                    label, supervisor.probabilities(), at, w, student.probabilities(), at, s, sign);
        }
    }

    void countTooLate(int sign) {
        tooLate += sign;
    }

    void countRevised(int sign) {
        revised += sign;
    }

    Tally tally() {
        return new Tally(
                pairs.table(),
                withoutTruth,
                sameWithoutTruth,
                tooLate,
                revised,
                supervisor.coverage(),
                student.coverage(),
                ceiling == null ? Tally.Coverage.NONE : ceiling.coverage(),
                Math.max(0, student.newestTimeMs()));
    }
}
