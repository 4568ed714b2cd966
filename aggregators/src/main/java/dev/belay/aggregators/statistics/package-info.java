/**
 * The statistics of a pair (supervisor, student, ceiling): exact counts, and pure functions of
 * them.
 *
 * <p>Independent of Kafka, time and threads. Everything but {@code PairCounter} is immutable.
 * Counts are added and subtracted in any order without rounding; all figures are deterministic
 * functions of the counts. An undefined figure is {@code null} with a reason, never 0.
 */
@NullMarked
package dev.belay.aggregators.statistics;

import org.jspecify.annotations.NullMarked;
