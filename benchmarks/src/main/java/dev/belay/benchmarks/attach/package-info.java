/** {@code bench attach}: beside a loop that consumes, decodes, maps and produces. */
@NullMarked
package dev.belay.benchmarks.attach;

import org.jspecify.annotations.NullMarked;
