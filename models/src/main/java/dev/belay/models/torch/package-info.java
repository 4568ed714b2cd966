/**
 * PyTorch through DJL, set up for bit-exact work: one thread, fixed batch shapes, memory that
 * PyTorch reads in place.
 */
@NullMarked
package dev.belay.models.torch;

import org.jspecify.annotations.NullMarked;
