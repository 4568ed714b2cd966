/** {@code bench endless}: from a record of an endless source to what was learned and counted. */
@NullMarked
package dev.belay.benchmarks.endless;

import org.jspecify.annotations.NullMarked;
