/**
 * Detection of a change of a categorical distribution in a stream of counts: of a rate (two
 * categories) or of a distribution of labels.
 *
 * <p>Independent of Kafka, clocks and threads. {@link ChangeDetector} is mutable; its state is
 * integers, so a run that is cut anywhere and restored from its bytes continues identically.
 */
@NullMarked
package dev.belay.aggregators.statistics.change;

import org.jspecify.annotations.NullMarked;
