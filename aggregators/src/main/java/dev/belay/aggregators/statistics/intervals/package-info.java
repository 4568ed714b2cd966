/**
 * Intervals and distributions: fixed-sample, anytime-valid, over seeds. Pure functions; each names
 * its source.
 */
@NullMarked
package dev.belay.aggregators.statistics.intervals;

import org.jspecify.annotations.NullMarked;
