/**
 * How wrong a weak labeler's labels are: from truth on a share of the stream ({@link NoiseRate},
 * {@link TransitionMatrix}), from truth and a model's predictions ({@link PredictionPowered}), and
 * without truth ({@link Triplets}, {@link DisagreementBound}, {@link ConfidentJoint}, {@link
 * ScoreMixture}).
 *
 * <p>Pure functions of counts. Intervals that use truth are valid only if examples have truth
 * independently of what they are: each with the same probability. Estimates without truth rest on
 * assumptions that the data cannot confirm; each class has them in words as {@code ASSUMPTION}. An
 * undefined figure is {@code null}, never 0.
 */
@NullMarked
package dev.belay.aggregators.statistics.noise;

import org.jspecify.annotations.NullMarked;
