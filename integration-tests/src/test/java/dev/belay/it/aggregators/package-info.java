/** The aggregator on a real broker. */
@NullMarked
package dev.belay.it.aggregators;

import org.jspecify.annotations.NullMarked;
