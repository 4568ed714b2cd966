/** Models as labelers: a supervisor's ready checkpoint labels the STUDENT examples of its task. */
@NullMarked
package dev.belay.labelers.model;

import org.jspecify.annotations.NullMarked;
