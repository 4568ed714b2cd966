package dev.belay.labelers.ensemble;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.ModelId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code trust}: a weak label with the probability that it is right (after Uzunoglu, Zhang,
 * Khashabi 2026, arXiv 2606.01000: a trust function scores each weak label, and the student learns
 * from those with the highest scores).
 *
 * <pre>
 * τ(x)     = P_judge(ŵ | x),  ŵ the weak label's most probable class, the lowest of equal ones
 * label(ŵ) = (1 + (K − 1)·max(τ, 0.001)) / K,  the same for all other classes
 * </pre>
 *
 * <p>The judge is a model in the group {@code trainers-truth}: a small one, on the encoder's
 * features, that learned from truth of SUPERVISOR examples that the weak supervisor did not learn
 * from (two different {@code share}s). P(weak label right | x) is then its probability of the class
 * that the weak label names. The paper fits that probability directly; here no supervisor has to
 * label the judge's examples, and one judge serves all supervisors.
 *
 * <p>The most probable class stays ŵ, so the labeler has the weak supervisor's accuracy and its
 * students have a PGR against the same supervisor; the label's greatest probability rises with τ
 * alone, from 1/K to 1, K the number of classes or of the example's options. Selector {@code trust}
 * turns it back into τ; {@code confidence} keeps the most trusted share. Abstains where one of the
 * two did.
 *
 * <p>Parameter {@code judge}: which of the two sources is the judge.
 */
public final class Trust implements LabelerFactory {
    private static final String JUDGE = "judge";
    private static final double LEAST = 1e-3;

    @Override
    public String name() {
        return "trust";
    }

    @Override
    public int leastSources() {
        return 2;
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> parameters) {
        Map<String, String> others = new TreeMap<>(parameters);
        String judge = others.remove(JUDGE);
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown keys %s, expected '%s'".formatted(others.keySet(), JUDGE));
        }
        if (judge == null) {
            throw new IllegalArgumentException(
                    "found no 'judge', expected the name of the source that learned from truth");
        }
        return inputs -> inputs.stream().map(input -> answer(input, classes, judge)).toList();
    }

    private static float[] answer(LabelerInput input, List<String> classes, String judge) {
        @Nullable GivenLabel judged = null;
        @Nullable GivenLabel weak = null;
        for (Map.Entry<String, GivenLabel> source : input.sources().entrySet()) {
            if (ModelId.nameOf(source.getKey()).equals(judge)) {
                judged = source.getValue();
            } else if (weak == null) {
                weak = source.getValue();
            } else {
                throw new IllegalArgumentException(
                        "found the sources %s, expected two: the judge '%s' and a weak one"
                                .formatted(input.sources().keySet(), judge));
            }
        }
        if (judged == null || weak == null || judged.abstained() || weak.abstained()) {
            return Labeler.ABSTAINED;
        }
        int size = Distributions.size(classes.size(), input.example());
        int first = 0;
        for (int k = 1; k < size; k++) {
            first = weak.distribution()[k] > weak.distribution()[first] ? k : first;
        }
        double trust = Math.max(judged.distribution()[first], LEAST);
        float[] label = new float[size];
        for (int k = 0; k < size; k++) {
            label[k] = (float) ((k == first ? 1 + (size - 1) * trust : 1 - trust) / size);
        }
        return label;
    }
}
