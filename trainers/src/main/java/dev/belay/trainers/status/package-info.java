/** Status of models in training: meters, and the schedule of retries after failures. */
@NullMarked
package dev.belay.trainers.status;

import org.jspecify.annotations.NullMarked;
