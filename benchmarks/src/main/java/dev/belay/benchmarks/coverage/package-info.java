/**
 * Whether intervals hold what they promise: simulated data whose truth is known, judged by the
 * product's own statistics. No broker.
 */
@NullMarked
package dev.belay.benchmarks.coverage;

import org.jspecify.annotations.NullMarked;
