/**
 * Labelers that combine others without learning anything: {@code average}, {@code votes}, {@code
 * majority}, {@code weighted} and {@code trust}. Sources that abstain, or have no label for an
 * example, have no vote; where all abstain, so does the ensemble.
 */
@NullMarked
package dev.belay.labelers.ensemble;

import org.jspecify.annotations.NullMarked;
