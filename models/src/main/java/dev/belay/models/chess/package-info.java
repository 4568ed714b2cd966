/** Chess positions as inputs: piece-square planes, and the convolutional network over them. */
@NullMarked
package dev.belay.models.chess;

import org.jspecify.annotations.NullMarked;
