/**
 * The global stores of specs and checkpoints, which fill the {@link
 * dev.belay.aggregators.comparison.Catalog}; invalid events are dead letters once per installation.
 */
@NullMarked
package dev.belay.aggregators.catalog;

import org.jspecify.annotations.NullMarked;
