package dev.belay.schemas;

import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Checkpoints that a model's retention policy keeps, as far as their numbers and states decide it.
 * Trainers keep their files, aggregators their predictions.
 *
 * <p>Always kept: the last checkpoint, a FINISHED one, and those that label or may still label. The
 * caller adds the best one and those not evaluated yet.
 */
public final class KeptCheckpoints {
    /** A labeler may still be opening the one before the newest. */
    private static final int LABELLING = 2;

    private KeptCheckpoints() {}

    /** A checkpoint's number and state. */
    public record Numbered(long number, State state) {
        /** Whether it may label. */
        public boolean mayLabel() {
            return state == State.READY || state == State.FINISHED;
        }
    }

    /** Whether a policy removes any checkpoint. */
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
