/** Labelers and evaluators on a real broker. */
@NullMarked
package dev.belay.it.labelers;

import org.jspecify.annotations.NullMarked;
