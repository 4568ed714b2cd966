/** {@code bench rows}: many rows of files and of a topic, beside plain loops over the same rows. */
@NullMarked
package dev.belay.benchmarks.rows;

import org.jspecify.annotations.NullMarked;
