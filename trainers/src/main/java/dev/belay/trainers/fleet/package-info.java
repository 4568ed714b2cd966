/**
 * The trainer service: owns its share of the models, restores them from committed checkpoints,
 * trains them round-robin, and releases those that are reassigned. One thread trains; {@link
 * dev.belay.trainers.fleet.Ownership} polls the group on another.
 */
@NullMarked
package dev.belay.trainers.fleet;

import org.jspecify.annotations.NullMarked;
