/** Counts as {@code PairMetrics} events. Pure. */
@NullMarked
package dev.belay.aggregators.events;

import org.jspecify.annotations.NullMarked;
