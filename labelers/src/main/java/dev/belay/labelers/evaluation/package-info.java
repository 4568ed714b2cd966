/**
 * Evaluators: predict the whole holdout of a task with each checkpoint that is due, one transaction
 * per sweep. A task whose holdout is incomplete delays no other task.
 */
@NullMarked
package dev.belay.labelers.evaluation;

import org.jspecify.annotations.NullMarked;
