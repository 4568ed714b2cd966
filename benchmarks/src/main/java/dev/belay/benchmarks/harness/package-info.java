/**
 * What all benches share: rounds in turns, findings, memory and thread times, a prepared broker.
 */
@NullMarked
package dev.belay.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
