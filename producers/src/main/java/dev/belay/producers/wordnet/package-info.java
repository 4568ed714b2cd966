/** The source {@code wordnet-physical}, a task that comes with Belay. */
@NullMarked
package dev.belay.producers.wordnet;

import org.jspecify.annotations.NullMarked;
