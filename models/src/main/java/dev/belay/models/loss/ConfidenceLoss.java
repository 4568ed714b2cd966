package dev.belay.models.loss;

import dev.belay.models.loss.BalancedPredictions.Balance;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.schemas.TaskKind;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The auxiliary confidence loss (Burns et al. 2023, weak-to-strong generalization): cross-entropy
 * with the target (1 − α)·label + α·ĥ, where ĥ is the model's own hard prediction with the current
 * weights and the labels' class balance, and α rises linearly during a warm-up. {@code warm-up:
 * evidence} is not part of the paper ({@link Progress#evidence}).
 *
 * <p>With more than two classes ĥ is balanced over the last max(512, 32·classes) examples learned
 * from. With two classes it is balanced over the batch, or over the last 32 examples if the batch
 * has fewer than 4: a quantile of fewer is unreliable, and with one example it is always class 0.
 *
 * <p>Options of choices have no classes to balance: there ĥ is the plain argmax.
 */
public final class ConfidenceLoss implements LossFunction {
    private static final int TWO_CLASS_WINDOW = 32;
    private static final int SMALLEST_BATCH = 4;

    @Override
    public String name() {
        return "confidence";
    }

    @Override
    public List<Parameter> parameters() {
        return Alpha.parameters();
    }

    @Override
    public int window(int classes, Parameters parameters) {
        if (classes == 0) return 0;
        return classes == 2 ? TWO_CLASS_WINDOW : Math.max(512, 32 * classes);
    }

    @Override
    public BatchLoss of(Batch batch, Window window, Parameters parameters) {
        double alpha = Alpha.value(batch.progress(), parameters);
        Function<float[][], int[]> own = own(batch, window);
        return p -> // p: (rows, classes), float32
        Gradient.crossEntropy(p, targets(batch.labels(), own.apply(p), alpha), batch.weights());
    }

    /** (1 − α)·label + α·ĥ, (rows, classes). */
    private static float[][] targets(float[][] labels, int[] own, double alpha) {
        float[][] targets = new float[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            targets[i] = new float[labels[i].length];
            for (int k = 0; k < targets[i].length; k++)
                targets[i][k] = (float) ((1 - alpha) * labels[i][k] + (own[i] == k ? alpha : 0));
        }
        return targets;
    }

    /** ĥ of each row of the batch, (rows), from its probabilities, (rows, classes). */
    private static Function<float[][], int[]> own(Batch batch, Window window) {
        if (batch.task() == TaskKind.CHOICE)
            return p -> Arrays.stream(p).mapToInt(BalancedPredictions::argmax).toArray();
        float[][] labels = batch.labels();
        if (labels[0].length > 2) {
            Balance balance =
                    BalancedPredictions.balance(
                            window.probabilities(0, window.size()),
                            window.labels(0, window.size()));
            return p -> BalancedPredictions.balanced(p, balance);
        }
        int earlier = labels.length < SMALLEST_BATCH ? window.size() - labels.length : 0;
        float[][] earlierP = window.probabilities(0, earlier);
        float[][] earlierLabels = window.labels(0, earlier);
        return p -> BalancedPredictions.balancedTwo(p, labels, earlierP, earlierLabels);
    }
}
