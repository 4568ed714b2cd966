@NullMarked
package dev.belay.aggregators.topology;

import org.jspecify.annotations.NullMarked;
