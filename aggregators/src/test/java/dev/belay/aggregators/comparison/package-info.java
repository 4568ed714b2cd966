@NullMarked
package dev.belay.aggregators.comparison;

import org.jspecify.annotations.NullMarked;
