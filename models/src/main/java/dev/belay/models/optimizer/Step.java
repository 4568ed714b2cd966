package dev.belay.models.optimizer;

/**
 * What a step of the optimizer did.
 *
 * @param loss mean over the batch, without the ridge penalty
 * @param gradientNorm L2 norm over all parameters, with it, before clipping; NaN if the loss was
 *     not finite
 */
public record Step(double loss, double gradientNorm) {}
