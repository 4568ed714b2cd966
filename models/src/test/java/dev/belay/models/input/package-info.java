@NullMarked
package dev.belay.models.input;

import org.jspecify.annotations.NullMarked;
