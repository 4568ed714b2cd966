package dev.belay.models.loss;

import dev.belay.models.loss.Losses.Gradient;

/** The loss of a batch as a function of its probabilities, (rows, classes). */
@FunctionalInterface
public interface BatchLoss {
    Gradient of(float[][] probabilities);
}
