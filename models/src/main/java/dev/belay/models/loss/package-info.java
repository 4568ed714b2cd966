/**
 * Losses: an extension point. {@link dev.belay.models.loss.LossFunction} is a pure function of a
 * batch's labels, weights and probabilities, the progress of the model and the last examples
 * learned from; rows are examples, columns classes; the rows of choices are their options. No
 * state, no randomness.
 *
 * <p>{@code LossContractTest} checks every loss that {@link dev.belay.plugins.Plugins} finds: its
 * gradient against finite differences, and a case computed by hand.
 */
@NullMarked
package dev.belay.models.loss;

import org.jspecify.annotations.NullMarked;
