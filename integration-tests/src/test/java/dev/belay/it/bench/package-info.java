/** The benches run; what they measure is not judged here. */
@NullMarked
package dev.belay.it.bench;

import org.jspecify.annotations.NullMarked;
