package dev.belay.trainers.methods;

import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Learns from the examples whose label is right with a probability of at least {@code least}, as a
 * supervisor of kind {@code trust} has written it into the label (trust functions, Uzunoglu, Zhang,
 * Khashabi 2026, arXiv 2606.01000):
 *
 * <pre>τ = (K·max_k l_k − 1) / (K − 1)</pre>
 *
 * <p>l is the label, K its number of classes or options. Of other supervisors τ is their
 * confidence, 0 where all classes are equally probable and 1 where one is certain. No state: unlike
 * {@link ConfidenceSelector}, which keeps a share, it keeps as many as are trusted.
 */
public final class TrustSelector implements ExampleSelector {
    private static final String LEAST = "least";

    @Override
    public String name() {
        return "trust";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.number(
                        LEAST, 0.8, 0, 1, "probability that the label is right, at least"));
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        double least = parameters.number(LEAST);
        float[][] labels = candidates.labels();
        float[] weights = new float[labels.length];
        for (int i = 0; i < weights.length; i++) {
            int classes = labels[i].length;
            double most = labels[i][BalancedPredictions.argmax(labels[i])];
            weights[i] = (classes * most - 1) / (classes - 1) >= least ? 1 : 0;
        }
        return new Selection(weights, state);
    }
}
