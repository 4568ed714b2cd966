/**
 * Methods that a spec selects by name: the loss, which examples are learned from ({@link
 * dev.belay.trainers.methods.ExampleSelector}), and when training stops ({@link
 * dev.belay.trainers.methods.StoppingRule}). {@link dev.belay.trainers.methods.Methods} reads them
 * from a spec and writes them to one.
 *
 * <p>Selectors and stopping rules are pure functions with an explicit state, an array of doubles
 * that is initially empty and part of every checkpoint's training state: a resumed model continues
 * bit for bit.
 */
@NullMarked
package dev.belay.trainers.methods;

import org.jspecify.annotations.NullMarked;
