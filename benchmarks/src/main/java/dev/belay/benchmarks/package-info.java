/**
 * Whole-system measurements: Belay's real services on a real broker, each beside a bare loop that
 * does nothing but the work itself, in one run, the two sides in turns.
 *
 * <p>A bench takes {@code Clients} of a broker that is its own and says what it found as a {@link
 * dev.belay.benchmarks.harness.Findings}. Speeds hang on the machine and on what else runs there;
 * the ratios of the two sides are what is to be looked at. Everything generated is seeded.
 */
@NullMarked
package dev.belay.benchmarks;

import org.jspecify.annotations.NullMarked;
