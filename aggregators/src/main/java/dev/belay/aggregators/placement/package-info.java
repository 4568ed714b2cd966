/**
 * The first processors of the topology: validate records and route each to the partition of its
 * example ids; invalid records go to the dead letters.
 */
@NullMarked
package dev.belay.aggregators.placement;

import org.jspecify.annotations.NullMarked;
