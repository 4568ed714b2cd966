@NullMarked
package dev.belay.aggregators.statistics.noise;

import org.jspecify.annotations.NullMarked;
