/**
 * Encoders, heads, losses, and the checkpoint format and store. Knows no Kafka, and of Belay only
 * {@link dev.belay.plugins}.
 *
 * <p><b>Same input, same bits.</b> On one processor and with one thread, everything here is a pure
 * function of its arguments: an encoder gives a text the same row whatever it is batched with, a
 * head predicts in one fixed batch shape, initialisation and order come from {@link
 * dev.belay.models.Rng}, checkpoint bytes hold neither time nor host.
 *
 * <p><b>Threads.</b> Encoders and stores may be used by any number of threads. A {@link
 * dev.belay.models.network.Head} may be shared too, but does one thing at a time, and only one head
 * of the process learns at a time (DJL allows one gradient collector per process).
 *
 * <p><b>Rows are shared, not copied.</b> A {@code float[]} that an encoder returns must not be
 * written to.
 */
@NullMarked
package dev.belay.models;

import org.jspecify.annotations.NullMarked;
