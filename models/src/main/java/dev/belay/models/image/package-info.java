/**
 * Images as inputs: decoded, resampled and normalised to float32 planes, and the shape of the
 * convolutional networks that learn from them.
 */
@NullMarked
package dev.belay.models.image;

import org.jspecify.annotations.NullMarked;
