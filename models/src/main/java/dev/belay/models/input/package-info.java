/**
 * Inputs of models. {@link dev.belay.models.input.Inputs} validates an {@code Example} event and
 * converts it to an {@link dev.belay.models.input.Input}; {@link dev.belay.models.input.InputBytes}
 * is the stored form. Encoders state the kinds that they accept; all other code treats inputs as
 * opaque.
 */
@NullMarked
package dev.belay.models.input;

import org.jspecify.annotations.NullMarked;
