/**
 * Inputs: what models classify. {@link dev.belay.models.input.Inputs} turns an {@code Example}
 * event into an {@link dev.belay.models.input.Input} and checks it; {@link
 * dev.belay.models.input.InputBytes} is their stored form. All else passes inputs along without
 * looking into them; encoders state the kinds that they accept.
 */
@NullMarked
package dev.belay.models.input;

import org.jspecify.annotations.NullMarked;
