package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Adaptive confidence (Guo et al. 2024, arXiv 2402.03749): cross-entropy with the target (1 − α)·l
 * + α·f̂ and a weight α of its own for each row,
 *
 * <pre>
 * α = e^{CE(p,f̂)/T} / (e^{CE(p,f̂)/T} + e^{CE(p,ŵ)/T}) = 1 / (1 + (p_f̂ / p_ŵ)^{1/T})
 * </pre>
 *
 * <p>with f̂ the model's argmax, ŵ that of the label l, and T the temperature; α and f̂ are
 * constants in the gradient. α is ½ where model and label agree, and falls below it the more
 * certainly the model contradicts the label; a higher T brings it back to ½. Each row by itself.
 */
public final class AdaptiveConfidenceLoss implements LossFunction {
    private static final String TEMPERATURE = "temperature";

    @Override
    public String name() {
        return "adaptive-confidence";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Schedule.parameter(
                        TEMPERATURE, 1, 0.01, 100, "of the weight of the model's own predictions"));
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double temperature = Schedule.of(parameters.text(TEMPERATURE)).at(batch.progress());
        float[][] labels = batch.labels();
        return new TargetLoss(
                p -> {
                    float[][] targets = new float[p.length][];
                    for (int i = 0; i < p.length; i++)
                        targets[i] = target(labels[i], p[i], temperature);
                    return targets;
                },
                batch.weights());
    }

    private static float[] target(float[] label, float[] p, double temperature) {
        int own = BalancedPredictions.argmax(p);
        int weak = BalancedPredictions.argmax(label);
        double odds = (Gradient.log(p[own]) - Gradient.log(p[weak])) / temperature;
        float[] hard = new float[p.length];
        hard[own] = 1;
        return TargetLoss.mixed(label, hard, 1 / (1 + Math.exp(odds)));
    }
}
