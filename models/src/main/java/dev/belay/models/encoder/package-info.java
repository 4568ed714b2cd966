/**
 * Encoders: input → feature vector (float32, one row an input). Deterministic and safe for use by
 * many threads; a row does not depend on the batch it was computed in. Rows are shared and must not
 * be written to.
 *
 * <p>{@link dev.belay.models.encoder.Encoders} opens them by name; {@link
 * dev.belay.models.encoder.CachingEncoder} computes each input once per process and keeps rows in a
 * file.
 */
@NullMarked
package dev.belay.models.encoder;

import org.jspecify.annotations.NullMarked;
