package dev.belay.trainers;

import dev.belay.models.BatchLoss;
import dev.belay.models.Losses;
import dev.belay.models.Network;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a model's spec, batch by batch. With more than two classes the confidence loss
 * balances over the last max(512, 32·classes) examples learned from, which are kept here.
 *
 * @param <I> a text as the network takes it
 */
final class Targets<I> {
    /** An example learned from, as the network takes it. */
    private record Scored<I>(Labelled example, I input) {}

    private final Loss loss;
    private final int windowSize;
    private final List<Scored<I>> window = new ArrayList<>();

    Targets(Loss loss, int classes) {
        this.loss = loss;
        boolean balancesOverWindow = loss.getKind() == LossKind.CONFIDENCE && classes > 2;
        this.windowSize = balancesOverWindow ? Math.max(512, 32 * classes) : 0;
    }

    /** Puts these behind the others in the window: those of a batch, or a stored window. */
    void add(List<Labelled> examples, List<I> inputs) {
        for (int i = 0; i < inputs.size(); i++)
            window.add(new Scored<>(examples.get(i), inputs.get(i)));
    }

    /** The window, oldest first; empty for losses that need none. */
    List<Labelled> window() {
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
            List<Labelled> batch,
            List<I> inputs,
            double consumed,
            long budget) {
        float[][] labels = labels(batch);
        if (loss.getKind() == LossKind.CROSS_ENTROPY) {
            float[][] targets = loss.getHard() ? Losses.hard(labels) : labels;
            return p -> Losses.crossEntropy(p, targets);
        }
        double alpha = alpha(loss, consumed, budget);
        double[] offsets = offsets(network, batch, inputs);
        return p -> {
            int[] own =
                    offsets == null ? Losses.balancedTwo(p, labels) : Losses.balanced(p, offsets);
            return Losses.crossEntropy(p, Losses.confidence(labels, own, alpha));
        };
    }

    /** Rises linearly from 0 to the spec's alpha over its warm-up. */
    static double alpha(Loss loss, double consumed, long budget) {
        double warmUp = budget > 0 ? loss.getWarmUp() * budget : (double) loss.getWarmUpExamples();
        return loss.getAlpha() * (warmUp > 0 ? Math.min(1, consumed / warmUp) : 1);
    }

    /** Class offsets by the weights as they are; null for two classes, where the batch decides. */
    private double @Nullable [] offsets(Network<I> network, List<Labelled> batch, List<I> inputs) {
        if (windowSize == 0) return null;
        add(batch, inputs);
        if (window.size() > windowSize) window.subList(0, window.size() - windowSize).clear();
        float[][] p = network.predict(window.stream().map(Scored::input).toList());
        return Losses.balance(p, labels(window()));
    }

    private static float[][] labels(List<Labelled> examples) {
        return examples.stream().map(Labelled::probabilities).toArray(float[][]::new);
    }
}
