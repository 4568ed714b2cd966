package dev.belay.labelers.noise;

import org.jspecify.annotations.Nullable;

/**
 * The rate of wrong labels in event time.
 *
 * @param rate in [0, 1], before a drift and outside bursts
 * @param drift null: none
 * @param bursts null: none
 */
record NoiseSchedule(double rate, @Nullable Drift drift, @Nullable Bursts bursts) {
    /** The rate changes linearly to another one in [fromMs, untilMs), and stays there. */
    record Drift(long fromMs, long untilMs, double rate) {}

    /** The rate is another one in the first lengthMs of each everyMs since 1970. */
    record Bursts(long everyMs, long lengthMs, double rate) {}

    /** The rate at a time, ms since the epoch; in [0, 1]. */
    double at(long timeMs) {
        if (bursts != null && Math.floorMod(timeMs, bursts.everyMs()) < bursts.lengthMs()) {
            return bursts.rate();
        }
        if (drift == null || timeMs < drift.fromMs()) {
            return rate;
        }
        if (timeMs >= drift.untilMs()) {
            return drift.rate();
        }
        double share = (double) (timeMs - drift.fromMs()) / (drift.untilMs() - drift.fromMs());
        return rate + share * (drift.rate() - rate);
    }
}
