package dev.belay.models;

import dev.belay.models.Losses.Gradient;

/** The loss of a batch as a function of its probabilities, (rows, classes). */
@FunctionalInterface
public interface BatchLoss {
    Gradient of(float[][] probabilities);
}
