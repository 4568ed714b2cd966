/**
 * Figures derived from the counts: PGR, agreement, calibration, κ, gates. Pure functions; an
 * undefined figure is {@code null} with a reason, never 0.
 */
@NullMarked
package dev.belay.aggregators.statistics.figures;

import org.jspecify.annotations.NullMarked;
