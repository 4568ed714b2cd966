/**
 * The topic plan: which topics an installation has and how they are configured. Planning is pure;
 * checking and applying call Kafka's admin client. Existing topics are never deleted.
 */
@NullMarked
package dev.belay.runtime.topics;

import org.jspecify.annotations.NullMarked;
