package dev.belay.labelers.dawidskene;

import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.LearningLabeler;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Labels by an estimator's posterior given the votes of annotators, who need not be known before:
 * one becomes a source with the first vote, those of one example in the order of their names.
 * Abstains where no vote counts.
 */
final class AnnotatorsLabeler implements LearningLabeler {
    private final DawidSkeneSettings settings;
    private final boolean all;
    private final int most;
    private @Nullable DawidSkene estimator;

    /**
     * @param settings whose sources are the annotators whose votes count
     * @param all whether the votes of all others count too; then none of the sources is one
     * @param most number of annotators; votes of those that come later do not count
     */
    AnnotatorsLabeler(DawidSkeneSettings settings, boolean all, int most) {
        this.settings = settings;
        this.all = all;
        this.most = most;
        this.estimator = all ? null : new DawidSkene(settings);
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> answer(input, false)).toList();
    }

    @Override
    public List<float[]> learn(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> answer(input, true)).toList();
    }

    @Override
    public byte[] state() {
        return estimator == null ? new byte[0] : estimator.toBytes();
    }

    @Override
    public void restore(byte[] state) {
        if (!all) {
            estimator = DawidSkene.fromBytes(settings, state);
        } else {
            estimator =
                    state.length == 0 ? null : DawidSkene.fromBytesOfAnySources(settings, state);
        }
    }

    private float[] answer(LabelerInput input, boolean learns) {
        if (all && learns) {
            meet(input);
        }
        DawidSkene now = estimator;
        ExampleVotes votes = now == null ? null : ExampleVotes.of(input.votes(), now.sources());
        if (now == null || votes == null || votes.size() == 0) {
            return ABSTAINED;
        }
        return learns ? now.update(votes) : now.label(votes);
    }

    private void meet(LabelerInput input) {
        TreeSet<String> more = new TreeSet<>(input.votes().keySet());
        List<String> known = estimator == null ? List.of() : estimator.sources();
        more.removeAll(known);
        List<String> taken =
                new ArrayList<>(more).subList(0, Math.min(more.size(), most - known.size()));
        if (!taken.isEmpty()) {
            estimator =
                    estimator == null
                            ? new DawidSkene(settings.withSources(taken))
                            : estimator.withSources(taken);
        }
    }
}
