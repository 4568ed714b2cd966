package dev.belay.trainers.methods;

import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Learns from the share of the examples that the supervisor labels most confidently: by the label's
 * largest probability, among the last labels. Hard labels are all kept. State: these probabilities,
 * negative, oldest first.
 */
public final class ConfidenceSelector implements ExampleSelector {
    private static final String SHARE = "share";
    private static final String WINDOW = "window";

    @Override
    public String name() {
        return "confidence";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.number(SHARE, 0.5, 0.01, 1, "share of the examples that is kept"),
                Parameter.integer(
                        WINDOW, 1024, 1, 1_000_000, "last labels among which it is the share"));
    }

    @Override
    public long stateSize(int features, Parameters parameters) {
        return parameters.integer(WINDOW);
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        float[][] labels = candidates.labels();
        double[] scores = new double[labels.length];
        for (int i = 0; i < scores.length; i++)
            scores[i] = -labels[i][BalancedPredictions.argmax(labels[i])];
        return new Selection(
                BestShare.weights(scores, state, parameters.number(SHARE)),
                BestShare.last(state, scores, (int) parameters.integer(WINDOW)));
    }
}
