package dev.belay.models.optimizer;

/**
 * Result of a step of the optimizer.
 *
 * @param loss mean over the batch, without the ridge penalty
 * @param gradientNorm L2 norm over all parameters, with the ridge penalty, before clipping; NaN if
 *     the loss was not finite
 */
public record Step(double loss, double gradientNorm) {}
