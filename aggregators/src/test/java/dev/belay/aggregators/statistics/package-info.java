@NullMarked
package dev.belay.aggregators.statistics;

import org.jspecify.annotations.NullMarked;
