/**
 * The statistics of a pair (supervisor, student, ceiling): exact counts, and pure functions of
 * them.
 *
 * <p>Nothing here knows Kafka, time or threads. Everything but {@code PairCounter} is immutable and
 * safe to share. Counts merge by addition and un-merge by subtraction, in any order, without
 * rounding; whatever is derived is a deterministic function of the counts alone, so two readers of
 * the same counts always get the same figures. What can't be told is {@code null} with a reason,
 * never 0.
 */
@NullMarked
package dev.belay.aggregators.statistics;

import org.jspecify.annotations.NullMarked;
