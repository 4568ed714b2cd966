/**
 * The extension point for labelers that are not trained models: a {@link
 * dev.belay.labelers.api.LabelerFactory}, found by name, makes {@link
 * dev.belay.labelers.api.Labeler}s from the parameters of a {@code LabelerSpec}.
 *
 * <p><b>Contract.</b> A labeler's answer for an example depends only on the spec (its classes and
 * parameters) and on that example's input, the labels of its sources and the votes of annotators
 * among it: neither on the other examples of the call, nor on calls before, nor on time or chance.
 * A killed and restarted service then gives the same labels. An exception are {@link
 * dev.belay.labelers.api.LearningLabeler}s, whose answers also depend on the examples labelled
 * before: they are called for one example after the other in an order that follows from the log,
 * and what they have learned is committed with the labels. The answer is a distribution over the
 * classes (tasks of kind choice: over the options of the example), or {@link
 * dev.belay.labelers.api.Labeler#ABSTAINED}.
 *
 * <p><b>What Belay does with it.</b> The STUDENT examples of the task get a label each, in the
 * order of their offsets, and the same as PROGRESSIVE predictions; the holdout is predicted once
 * for each version of the spec. A labeler with sources is called for examples that at least one
 * source has labelled (an abstention is a label): other STUDENT examples get no label, other
 * HOLDOUT examples an abstention. A spec's {@code version} is the {@code checkpoint} of both.
 * Abstentions are labels without a distribution: students consume them and do not learn from them.
 *
 * <p><b>Threads.</b> A labeler is used by one thread at a time, not always the same one; different
 * labelers may be used at the same time.
 */
@NullMarked
package dev.belay.labelers.api;

import org.jspecify.annotations.NullMarked;
