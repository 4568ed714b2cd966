package dev.belay.schemas;

import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Which of a model's checkpoints its spec keeps, as far as their numbers and states decide it: what
 * trainers keep files of, and aggregators predictions.
 *
 * <p>Whatever the policy: the last, a FINISHED one, and those that label or may yet label. What is
 * kept as the best, or until it is evaluated, others have to say.
 */
public final class KeptCheckpoints {
    /** A labeler may just be opening the one before the newest. */
    private static final int LABELLING = 2;

    private KeptCheckpoints() {}

    /** A checkpoint's number and state. */
    public record Numbered(long number, State state) {
        /** Good enough to label. */
        public boolean mayLabel() {
            return state == State.READY || state == State.FINISHED;
        }
    }

    /** Whether a policy lets anything go at all. */
    public static boolean limits(Retention policy) {
        return policy.getEvery() > 0 || policy.getNewest() > 0 || policy.getBest();
    }

    /**
     * The numbers that are kept.
     *
     * @param policy one that {@link #limits}
     * @param known in the order of their numbers
     */
    public static NavigableSet<Long> of(
            Retention policy, LabelPolicy labels, List<Numbered> known) {
        NavigableSet<Long> kept = new TreeSet<>();
        for (int i = 0; i < known.size(); i++) {
            Numbered checkpoint = known.get(i);
            if (i == known.size() - 1
                    || checkpoint.state() == State.FINISHED
                    || known.size() - i <= policy.getNewest()
                    || (policy.getEvery() > 0 && checkpoint.number() % policy.getEvery() == 0)) {
                kept.add(checkpoint.number());
            }
        }
        kept.addAll(labelling(labels, known));
        return kept;
    }

    private static List<Long> labelling(LabelPolicy labels, List<Numbered> known) {
        List<Long> able = known.stream().filter(Numbered::mayLabel).map(Numbered::number).toList();
        if (able.isEmpty()) {
            return able;
        }
        return labels == LabelPolicy.LATEST
                ? able.subList(Math.max(0, able.size() - LABELLING), able.size())
                : able.subList(0, 1);
    }
}
