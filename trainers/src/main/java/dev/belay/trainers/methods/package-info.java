/**
 * What a spec can choose by name: its loss, which examples are learned from ({@link
 * dev.belay.trainers.methods.ExampleSelector}), when it stops ({@link
 * dev.belay.trainers.methods.StoppingRule}). {@link dev.belay.trainers.methods.Methods} reads them
 * from a spec and writes them to one.
 *
 * <p>Selectors and stopping rules are pure functions with an explicit state, an array of doubles
 * that is empty at the beginning and part of the training state of every checkpoint: a model that
 * is resumed continues bit for bit.
 */
@NullMarked
package dev.belay.trainers.methods;

import org.jspecify.annotations.NullMarked;
