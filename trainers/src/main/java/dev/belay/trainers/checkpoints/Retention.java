package dev.belay.trainers.checkpoints;

import dev.belay.schemas.KeptCheckpoints;
import dev.belay.schemas.KeptCheckpoints.Numbered;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which checkpoint files of a model may be deleted. The policy of its spec keeps every
 * n-th, the newest k, and the best. Provenance files are never deleted.
 *
 * <p>Every policy keeps the weights of the last committed checkpoint, of a FINISHED one, of those
 * that label or may label later, and of those not yet evaluated. The training state is only needed
 * to resume, so only the last one is kept. Without a policy everything is kept.
 */
public final class Retention {
    private Retention() {}

    /**
     * A committed checkpoint.
     *
     * @param weightsUri of a FAILED one: that of the last good checkpoint, or empty
     * @param evaluated whether the evaluators have consumed its event
     */
    public record Known(
            long number, State state, String weightsUri, String stateUri, boolean evaluated) {
        boolean mayLabel() {
            return numbered().mayLabel();
        }

        private Numbered numbered() {
            return new Numbered(number, state);
        }
    }

    /**
     * URIs of the files that may be deleted.
     *
     * @param policy of the model's spec
     * @param labels of the model's spec
     * @param known the model's checkpoints in the order of their numbers
     * @param accuracy on the holdout, by number, as far as known
     */
    public static Set<String> removable(
            dev.belay.schemas.events.Retention policy,
            LabelPolicy labels,
            List<Known> known,
            Map<Long, Double> accuracy) {
        if (known.isEmpty() || !limits(policy)) {
            return Set.of();
        }
        Set<Long> kept = kept(policy, labels, known, accuracy);
        Set<String> files = new HashSet<>();
        Set<String> going = new LinkedHashSet<>();
        Known last = known.get(known.size() - 1);
        files.add(last.stateUri());
        for (Known checkpoint : known) {
            going.add(checkpoint.stateUri());
            (kept.contains(checkpoint.number()) ? files : going).add(checkpoint.weightsUri());
        }
        going.removeAll(files); // a FAILED checkpoint names the files of another
        going.remove("");
        return going;
    }

    /** Whether a policy deletes anything at all. */
    static boolean limits(dev.belay.schemas.events.Retention policy) {
        return KeptCheckpoints.limits(policy);
    }

    /** Numbers of the checkpoints whose weights are kept. */
    private static Set<Long> kept(
            dev.belay.schemas.events.Retention policy,
            LabelPolicy labels,
            List<Known> known,
            Map<Long, Double> accuracy) {
        Set<Long> kept =
                KeptCheckpoints.of(policy, labels, known.stream().map(Known::numbered).toList());
        known.stream().filter(k -> !k.evaluated()).forEach(k -> kept.add(k.number()));
        if (policy.getBest()) {
            kept.addAll(best(known, accuracy));
        }
        return kept;
    }

    /**
     * The most accurate checkpoint (the earliest of equals), and those after the newest with a
     * known accuracy, which may turn out better. All of them if no accuracy is known.
     */
    private static List<Long> best(List<Known> known, Map<Long, Double> accuracy) {
        Known best = null;
        double most = Double.NEGATIVE_INFINITY;
        List<Long> since = new ArrayList<>();
        for (Known checkpoint : known) {
            Double found = accuracy.get(checkpoint.number());
            if (found == null) {
                since.add(checkpoint.number());
                continue;
            }
            since.clear();
            if (found > most) {
                most = found;
                best = checkpoint;
            }
        }
        if (best != null) {
            since.add(best.number());
        }
        return since;
    }
}
