/**
 * Shared by all benches: alternating rounds, findings, memory and thread times, generated texts and
 * features, and a prepared broker.
 */
@NullMarked
package dev.belay.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
