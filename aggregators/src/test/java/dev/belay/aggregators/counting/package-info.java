@NullMarked
package dev.belay.aggregators.counting;

import org.jspecify.annotations.NullMarked;
