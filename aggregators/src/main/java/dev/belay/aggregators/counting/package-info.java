/**
 * Counting within one partition: which class each model predicted for each example, newest wins,
 * and the running tallies of all comparisons. Knows events but neither Kafka nor stores; belongs to
 * one thread.
 */
@NullMarked
package dev.belay.aggregators.counting;

import org.jspecify.annotations.NullMarked;
