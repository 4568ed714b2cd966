/** The endless source {@code topic}: an existing topic whose values are JSON objects. */
@NullMarked
package dev.belay.producers.topic;

import org.jspecify.annotations.NullMarked;
