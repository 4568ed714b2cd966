package dev.belay.trainers.learning;

import java.util.SortedMap;

/**
 * What a micro-epoch did.
 *
 * @param number 1 for a model's first; also the number of the checkpoint that follows it
 * @param predictions class probabilities of each new example that was not rejected, in the order
 *     given, by the weights from before the micro-epoch, (examples, classes)
 * @param rejected examples whose texts the encoder cannot encode, by place, with the reason: they
 *     were neither predicted nor learned from, and are not counted
 * @param steps of the optimizer
 * @param meanLoss over the steps, nats, without the ridge penalty; 0 without steps
 * @param meanGradientNorm over the steps, L2
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
        long encodeNs,
        long predictNs,
        long learnNs) {}
