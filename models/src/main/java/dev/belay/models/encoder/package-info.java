/**
 * Encoders: input → feature vector (float32, one row per input). Deterministic and thread-safe; a
 * row does not depend on its batch, bit for bit on one kind of processor. Quantised encoders
 * ({@code …-int8}) are outside of this guarantee across machines; on one machine they fulfil it by
 * encoding one text at a time. Rows are shared and must not be modified. {@link
 * dev.belay.models.encoder.EncoderProvider} is the extension point.
 *
 * <p>{@link dev.belay.models.encoder.Encoders} opens them by name; {@link
 * dev.belay.models.encoder.CachingEncoder} computes each input once per process, window by window
 * ({@link dev.belay.models.encoder.EncodingWindows}), and keeps rows in a file.
 */
@NullMarked
package dev.belay.models.encoder;

import org.jspecify.annotations.NullMarked;
