/** What a model in training reports: meters, and the schedule of retries after failures. */
@NullMarked
package dev.belay.trainers.status;

import org.jspecify.annotations.NullMarked;
