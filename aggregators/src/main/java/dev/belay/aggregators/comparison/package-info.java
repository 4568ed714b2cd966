/**
 * Comparisons: the pairs of a task and, for each checkpoint of a student, the checkpoints of
 * supervisor and ceiling it is compared with. Pure functions of the model specs and checkpoints
 * known so far, kept in a {@link dev.belay.aggregators.comparison.Catalog}.
 */
@NullMarked
package dev.belay.aggregators.comparison;

import org.jspecify.annotations.NullMarked;
