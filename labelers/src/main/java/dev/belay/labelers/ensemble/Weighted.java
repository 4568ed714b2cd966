package dev.belay.labelers.ensemble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.ModelId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Kind {@code weighted}: the weighted mean of the sources' distributions.
 *
 * <pre>label = Σ_i w_i·p_i / Σ_i w_i   over the sources that did not abstain</pre>
 *
 * <p>Parameter {@code weights}:
 *
 * <ul>
 *   <li>{@code agreement} (default): by each source's agreement with the others on this very
 *       example, {@code w_i = Σ_(j≠i) Σ_k p_ik·p_jk}: how likely a draw from its distribution is
 *       that from another's. A source that contradicts all others has no weight. With one or two
 *       sources, and where all contradict each other, all weights are equal. No truth is needed,
 *       and nothing is remembered from example to example.
 *   <li>a mapping from the names of sources to weights above 0, such as {@code {bow: 0.71, bigrams:
 *       0.64}}: fixed by the file, so that the moment at which they change is the version of the
 *       labeler. Every source needs one. The optimal weights of independent two-class votes are
 *       ln(a / (1 − a)), a the accuracy (Nitzan, Paroush 1982), to be measured where the student is
 *       not evaluated.
 * </ul>
 */
public final class Weighted implements LabelerFactory {
    private static final String WEIGHTS = "weights";
    private static final String AGREEMENT = "agreement";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "weighted";
    }

    @Override
    public int leastSources() {
        return 2;
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> parameters) {
        Map<String, String> others = new TreeMap<>(parameters);
        String text = others.remove(WEIGHTS);
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown keys %s, expected '%s'".formatted(others.keySet(), WEIGHTS));
        }
        Map<String, Double> fixed =
                text == null || text.equals(AGREEMENT) ? Map.of() : weights(text);
        return inputs -> inputs.stream().map(i -> answer(i, classes.size(), fixed)).toList();
    }

    private static Map<String, Double> weights(String json) {
        Map<String, Double> weights;
        try {
            weights = JSON.readValue(json, new TypeReference<LinkedHashMap<String, Double>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: found %s, expected '%s', or a weight for each source, such as {bow: 2, bigrams: 1}"
                            .formatted(WEIGHTS, json, AGREEMENT),
                    e);
        }
        weights.forEach(
                (name, weight) -> {
                    if (weight == null || !(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
                        throw new IllegalArgumentException(
                                "%s: found %s for '%s', expected a number above 0"
                                        .formatted(WEIGHTS, weight, name));
                    }
                });
        if (weights.isEmpty()) {
            throw new IllegalArgumentException(
                    WEIGHTS + ": found none, expected a weight for each source");
        }
        return weights;
    }

    private static float[] answer(LabelerInput input, int classes, Map<String, Double> fixed) {
        List<float[]> votes = new ArrayList<>(); // (votes, classes)
        List<Double> given = new ArrayList<>(); // (votes)
        input.sources()
                .forEach(
                        (id, label) -> {
                            if (!label.abstained()) {
                                votes.add(label.distribution());
                                given.add(fixed.isEmpty() ? 1.0 : weight(id, fixed));
                            }
                        });
        if (votes.isEmpty()) {
            return Labeler.ABSTAINED;
        }
        double[] weights =
                fixed.isEmpty()
                        ? agreements(votes)
                        : given.stream().mapToDouble(Double::doubleValue).toArray();
        double all = Arrays.stream(weights).sum();
        float[] label = new float[Distributions.size(classes, input.example())];
        for (int k = 0; k < label.length; k++) {
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * votes.get(i)[k];
            }
            label[k] = (float) (sum / all);
        }
        return label;
    }

    private static double weight(String id, Map<String, Double> weights) {
        String name = ModelId.nameOf(id);
        Double weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException(
                    "%s: found none for source '%s', expected one for each source, found those of %s"
                            .formatted(WEIGHTS, name, weights.keySet()));
        }
        return weight;
    }

    /** Agreement of each vote with the others, (votes); all 1 where there is none. */
    static double[] agreements(List<float[]> votes) {
        double[] agreements = new double[votes.size()];
        for (int i = 0; i < agreements.length; i++) {
            for (int j = 0; j < agreements.length; j++) {
                for (int k = 0; i != j && k < votes.get(i).length; k++) {
                    agreements[i] += (double) votes.get(i)[k] * votes.get(j)[k];
                }
            }
        }
        if (Arrays.stream(agreements).allMatch(a -> a == 0)) {
            Arrays.fill(agreements, 1);
        }
        return agreements;
    }
}
