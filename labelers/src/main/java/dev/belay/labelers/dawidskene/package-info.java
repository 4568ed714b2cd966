/**
 * Labelers of kind {@code dawid-skene}, and an estimator that combines the votes of sources whose
 * accuracies are unknown: Dawid, Skene 1979, "Maximum likelihood estimation of observer error-rates
 * using the EM algorithm". Sources are taken to err independently of each other, given the true
 * class.
 *
 * <p>{@link dev.belay.labelers.dawidskene.DawidSkene} learns from one example after the other,
 * {@link dev.belay.labelers.dawidskene.BatchEm} from a list of them. Both have the same parameters,
 * those of {@link dev.belay.labelers.dawidskene.CountTables}, and the same {@link
 * dev.belay.labelers.dawidskene.DawidSkeneSettings}. No truth is read.
 *
 * <p><b>Threads.</b> Settings and votes are immutable; an estimator is used by one thread at a
 * time. Nothing here is drawn at random: the same votes in the same order give the same bits.
 */
@NullMarked
package dev.belay.labelers.dawidskene;

import org.jspecify.annotations.NullMarked;
