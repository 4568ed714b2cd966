/** Losses: pure functions of probabilities and labels, (rows, classes). No state, no chance. */
@NullMarked
package dev.belay.models.loss;

import org.jspecify.annotations.NullMarked;
