/**
 * Encoders: input → feature vector (float32, one row per input). Deterministic and thread-safe; a
 * row does not depend on its batch. Rows are shared and must not be modified. {@link
 * dev.belay.models.encoder.EncoderProvider} is the extension point.
 *
 * <p>{@link dev.belay.models.encoder.Encoders} opens them by name; {@link
 * dev.belay.models.encoder.CachingEncoder} computes each input once per process and keeps rows in a
 * file.
 */
@NullMarked
package dev.belay.models.encoder;

import org.jspecify.annotations.NullMarked;
