/**
 * Exact counts of a pair. Everything but {@link
 * dev.belay.aggregators.statistics.counts.PairCounter} is immutable. Counts merge by addition and
 * un-merge by subtraction, in any order, without rounding.
 */
@NullMarked
package dev.belay.aggregators.statistics.counts;

import org.jspecify.annotations.NullMarked;
