/**
 * Encoders, heads, losses, and the checkpoint format and store. Does not use Kafka; of Belay's
 * modules it uses {@code plugins} and the events of {@code schemas}.
 *
 * <p><b>Same input, same bits.</b> On one processor and with one thread, everything here is a pure
 * function of its arguments: an encoder's row for a text does not depend on its batch, a head
 * predicts in one fixed batch shape, initialisation and order are drawn from {@link
 * dev.belay.models.Rng}, and checkpoints contain neither time nor host.
 *
 * <p><b>Threads.</b> Encoders and stores may be used by any number of threads. A {@link
 * dev.belay.models.network.Head} may be shared too, but serialises its calls, and only one head of
 * the process is trained at a time (DJL allows one gradient collector per process).
 *
 * <p><b>Rows are shared, not copied.</b> A {@code float[]} that an encoder returns must not be
 * modified.
 */
@NullMarked
package dev.belay.models;

import org.jspecify.annotations.NullMarked;
