/**
 * Exact counts of a pair. Everything but {@link
 * dev.belay.aggregators.statistics.counts.PairCounter} is immutable. Counts are added and
 * subtracted in any order, without rounding.
 */
@NullMarked
package dev.belay.aggregators.statistics.counts;

import org.jspecify.annotations.NullMarked;
