/** Existing topics of other teams as sources, and the commands that help with them. */
@NullMarked
package dev.belay.it.attach;

import org.jspecify.annotations.NullMarked;
