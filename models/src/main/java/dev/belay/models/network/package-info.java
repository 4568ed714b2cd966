/**
 * Networks: a frozen or fine-tuned encoder with a head; inputs → class probabilities, (rows,
 * classes), float32.
 *
 * <p>A network is thread-safe and serialises its calls; one network of the process is trained at a
 * time (DJL allows one gradient collector).
 */
@NullMarked
package dev.belay.models.network;

import org.jspecify.annotations.NullMarked;
