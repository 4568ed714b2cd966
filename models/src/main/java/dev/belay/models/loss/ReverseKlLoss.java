package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/**
 * Reverse Kullback-Leibler divergence KL(p ‖ label) = Σ p·(log p − log label) (Yao et al. 2025,
 * arXiv 2502.11107). Its weights are the model's probabilities, not the labels': an example that
 * the supervisor labels uncertainly pulls little.
 */
public final class ReverseKlLoss implements LossFunction {
    static final String FLOOR = "floor";

    @Override
    public String name() {
        return "reverse-kl";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(floor());
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double[][] labels = costs(batch.labels(), parameters);
        return p -> {
            double[][] costs = new double[p.length][];
            for (int i = 0; i < p.length; i++) {
                costs[i] = labels[i].clone();
                for (int k = 0; k < p[i].length; k++) costs[i][k] += Gradient.log(p[i][k]);
            }
            return Gradient.expectedCost(p, costs, batch.weights());
        };
    }

    static Parameter floor() {
        return Parameter.number(
                FLOOR, 1e-4, 1e-9, 0.5, "smaller probabilities of a label count as this");
    }

    /** −log label, (rows, classes), nats. */
    static double[][] costs(float[][] labels, Parameters parameters) {
        double floor = parameters.number(FLOOR);
        double[][] costs = new double[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            costs[i] = new double[labels[i].length];
            for (int k = 0; k < costs[i].length; k++)
                costs[i][k] = -Math.log(Math.max(labels[i][k], floor));
        }
        return costs;
    }
}
