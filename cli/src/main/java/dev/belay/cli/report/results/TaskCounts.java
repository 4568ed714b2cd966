package dev.belay.cli.report.results;

import dev.belay.producers.task.RecordCounts;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.SourceVotes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts of a task's data, set while they become known. Safe for use by several threads. */
public final class TaskCounts {
    /**
     * Examples of each split, as produced.
     *
     * @param holdoutSize examples at which the holdout is complete and checkpoints are evaluated
     */
    public record Examples(long supervisor, long student, long holdout, long holdoutSize) {
        /** Of a source whose holdout is complete. */
        public Examples(long supervisor, long student, long holdout) {
            this(supervisor, student, holdout, holdout);
        }

        /** Whether the holdout is complete. */
        public boolean hasHoldout() {
            return holdout >= holdoutSize;
        }
    }

    /**
     * The baseline that looks at nothing.
     *
     * @param name of the most frequent class of the SUPERVISOR split, the first among equals
     * @param correct examples of the holdout of this class
     * @param n examples of the holdout whose truth is known
     */
    public record Majority(String name, long correct, long n) {
        /** Share of the holdout, in [0, 1]; null without truth. */
        public @Nullable Double accuracy() {
            return n == 0 ? null : (Double) ((double) correct / n);
        }
    }

    private Examples examples = new Examples(0, 0, 0);
    private @Nullable RecordCounts records;
    private @Nullable Majority majority;
    private Map<String, List<SourceVotes>> votes = Map.of(); // by labeler

    /**
     * Sets what the sources of labelers have said so far.
     *
     * @param progress of all writers of the task
     */
    public synchronized void votes(Collection<Progress> progress) {
        Map<String, Map<String, SourceVotes>> sums = new TreeMap<>();
        for (Progress one : progress) {
            for (SourceVotes more : one.getSources()) {
                sums.computeIfAbsent(one.getWriter(), w -> new LinkedHashMap<>())
                        .merge(more.getSource(), more, TaskCounts::sum);
            }
        }
        Map<String, List<SourceVotes>> all = new TreeMap<>();
        sums.forEach((writer, of) -> all.put(writer, List.copyOf(of.values())));
        votes = all;
    }

    /** Of each labeler with sources, by id, what each has said, in the order of its spec. */
    public synchronized Map<String, List<SourceVotes>> votes() {
        return votes;
    }

    private static SourceVotes sum(SourceVotes a, SourceVotes b) {
        return new SourceVotes(
                a.getSource(),
                a.getExamples() + b.getExamples(),
                a.getCovered() + b.getCovered(),
                a.getOverlaps() + b.getOverlaps(),
                a.getConflicts() + b.getConflicts());
    }

    /** Sets what the records of an endless source became; null: not known. */
    public synchronized void records(@Nullable RecordCounts counts) {
        records = counts;
    }

    /** What the records of an endless source became; null: not known, or no such source. */
    public synchronized @Nullable RecordCounts records() {
        return records;
    }

    /** Sets how many examples the task has. */
    public synchronized void examples(Examples counts) {
        examples = counts;
    }

    /** Sets the majority class, of tasks that have classes. */
    public synchronized void majority(Majority found) {
        majority = found;
    }

    /** Null where it is not known, and for tasks of kind choice. */
    public synchronized @Nullable Majority majority() {
        return majority;
    }

    public synchronized Examples examples() {
        return examples;
    }
}
