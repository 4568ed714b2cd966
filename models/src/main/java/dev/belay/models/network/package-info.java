/**
 * Networks as training sees them: a frozen or fine-tuned encoder with a head; text → class
 * probabilities, (rows, classes), float32.
 *
 * <p>A network may be shared between threads but does one thing at a time; one network of the
 * process learns at a time (DJL allows one gradient collector).
 */
@NullMarked
package dev.belay.models.network;

import org.jspecify.annotations.NullMarked;
