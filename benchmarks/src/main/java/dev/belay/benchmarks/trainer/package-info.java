/** {@code bench trainer}: beside DJL alone on the same features. */
@NullMarked
package dev.belay.benchmarks.trainer;

import org.jspecify.annotations.NullMarked;
