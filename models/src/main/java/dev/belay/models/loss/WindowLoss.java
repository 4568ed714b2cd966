package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Cross-entropy of the uncertain rows only: those whose largest probability is below a limit; the
 * others count as 0 in the mean (loss {@code window} of EleutherAI/w2s, which compares the model's
 * probability with 0.5 + 0.15).
 */
public final class WindowLoss implements LossFunction {
    private static final String BELOW = "below";
    private static final String OF = "of";
    private static final String LABEL = "label";

    @Override
    public String name() {
        return "window";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Schedule.parameter(
                        BELOW,
                        0.65,
                        0,
                        1,
                        "rows whose largest probability is at least this count as 0"),
                Parameter.choice(
                        OF,
                        LABEL,
                        List.of(LABEL, "model"),
                        "whose probability: that of the label, or of the model"));
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double below = Schedule.of(parameters.text(BELOW)).at(batch.progress());
        boolean ofLabel = parameters.text(OF).equals(LABEL);
        return p -> { // p: (rows, classes), float32
            float[][] judged = ofLabel ? batch.labels() : p;
            float[] kept = batch.weights().clone(); // (rows), 0 outside the window
            for (int i = 0; i < kept.length; i++)
                if (judged[i][BalancedPredictions.argmax(judged[i])] >= below) kept[i] = 0;
            return Gradient.crossEntropy(p, batch.labels(), kept, batch.weights());
        };
    }
}
