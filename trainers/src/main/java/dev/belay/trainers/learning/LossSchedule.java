package dev.belay.trainers.learning;

import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.Losses;
import dev.belay.models.network.Network;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The loss of a model's spec, batch by batch. The confidence loss balances over the last examples
 * learned from, which are kept here: max(512, 32·classes) with more than two classes. With two it
 * balances over the batch, or, where that has fewer than 4 examples, over the last 32: a quantile
 * of so few says little, and that of one puts each example into class 0.
 *
 * @param <I> an input as the network takes it
 */
final class LossSchedule<I> {
    /** An example learned from, as the network takes it. */
    private record Scored<I>(LabelledExample example, I input) {}

    private static final int TWO_CLASS_WINDOW = 32;
    private static final int SMALLEST_BATCH = 4;

    private final Loss loss;
    private final int classes;
    private final int windowSize;
    private final List<Scored<I>> window = new ArrayList<>();

    /**
     * @throws IllegalArgumentException if this trainer does not know the loss
     */
    LossSchedule(Loss loss, int classes) {
        this.loss = loss;
        this.classes = classes;
        this.windowSize = windowSize(loss, classes);
    }

    /** Examples that are kept of those learned from. */
    static int windowSize(Loss loss, int classes) {
        if (loss.getKind() == LossKind.CROSS_ENTROPY) return 0;
        if (loss.getKind() != LossKind.CONFIDENCE)
            throw new IllegalArgumentException(
                    "unknown loss "
                            + loss.getKind()
                            + ", expected one of "
                            + List.of(LossKind.CROSS_ENTROPY, LossKind.CONFIDENCE));
        return classes == 2 ? TWO_CLASS_WINDOW : Math.max(512, 32 * classes);
    }

    /** Puts these behind the others in the window: those of a batch, or a stored window. */
    void add(List<LabelledExample> examples, List<I> inputs) {
        for (int i = 0; i < inputs.size(); i++)
            window.add(new Scored<>(examples.get(i), inputs.get(i)));
    }

    /** The window, oldest first; empty for losses that need none. */
    List<LabelledExample> window() {
        return window.stream().map(Scored::example).toList();
    }

    /**
     * The loss of a batch that is about to be learned from.
     *
     * @param consumed examples consumed so far, fractional inside a micro-epoch
     * @param budget of the model; 0 = endless
     */
    BatchLoss of(
            Network<I> network,
            List<LabelledExample> batch,
            List<I> inputs,
            double consumed,
            long budget) {
        float[][] labels = labels(batch);
        if (loss.getKind() == LossKind.CROSS_ENTROPY) {
            float[][] targets = loss.getHard() ? Losses.hard(labels) : labels;
            return p -> Losses.crossEntropy(p, targets);
        }
        double alpha = alpha(loss, consumed, budget);
        Function<float[][], int[]> own = own(network, batch, inputs);
        return p -> Losses.crossEntropy(p, Losses.confidence(labels, own.apply(p), alpha));
    }

    /**
     * Balanced hard predictions of the batch, from its probabilities, by the weights as they are.
     */
    private Function<float[][], int[]> own(
            Network<I> network, List<LabelledExample> batch, List<I> inputs) {
        add(batch, inputs);
        if (window.size() > windowSize) window.subList(0, window.size() - windowSize).clear();
        if (classes > 2) {
            Losses.Balance balance = Losses.balance(predict(network, window), labels(window()));
            return p -> Losses.balanced(p, balance);
        }
        List<Scored<I>> earlier =
                batch.size() < SMALLEST_BATCH
                        ? window.subList(0, window.size() - batch.size())
                        : List.of();
        float[][] earlierP = predict(network, earlier);
        float[][] earlierLabels = labels(earlier.stream().map(Scored::example).toList());
        float[][] labels = labels(batch);
        return p -> Losses.balancedTwo(p, labels, earlierP, earlierLabels);
    }

    private float[][] predict(Network<I> network, List<Scored<I>> scored) {
        return scored.isEmpty()
                ? new float[0][]
                : network.predict(scored.stream().map(Scored::input).toList());
    }

    /** Rises linearly from 0 to the spec's alpha over its warm-up. */
    static double alpha(Loss loss, double consumed, long budget) {
        double warmUp = budget > 0 ? loss.getWarmUp() * budget : (double) loss.getWarmUpExamples();
        return loss.getAlpha() * (warmUp > 0 ? Math.min(1, consumed / warmUp) : 1);
    }

    private static float[][] labels(List<LabelledExample> examples) {
        return examples.stream().map(LabelledExample::probabilities).toArray(float[][]::new);
    }
}
