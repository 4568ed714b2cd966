/**
 * Intervals and distributions: fixed-sample, anytime-valid, over seeds. Pure functions with their
 * sources.
 */
@NullMarked
package dev.belay.aggregators.statistics.intervals;

import org.jspecify.annotations.NullMarked;
