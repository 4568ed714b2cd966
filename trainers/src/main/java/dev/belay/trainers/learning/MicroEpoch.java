package dev.belay.trainers.learning;

import java.util.SortedMap;

/**
 * Result of a micro-epoch.
 *
 * @param number 1 for a model's first; also the number of the checkpoint that follows it
 * @param predictions class probabilities of each new example that was not rejected, in the order
 *     given, with the weights before the micro-epoch, (examples, classes)
 * @param rejected reasons why the encoder rejected examples, by index: these were neither predicted
 *     nor learned from, and are not counted
 * @param steps of the optimizer
 * @param meanLoss over the steps, nats, without the ridge penalty; NaN if there was no step
 * @param meanGradientNorm over the steps, L2; NaN if there was no step
 * @param stop whether the stopping rule ended training with it
 * @param encodeNs time spent on features, nanoseconds
 * @param predictNs time spent on {@code predictions}, nanoseconds
 * @param learnNs time spent on the steps, nanoseconds
 */
public record MicroEpoch(
        long number,
        float[][] predictions,
        SortedMap<Integer, String> rejected,
        int steps,
        double meanLoss,
        double meanGradientNorm,
        boolean stop,
        long encodeNs,
        long predictNs,
        long learnNs) {}
