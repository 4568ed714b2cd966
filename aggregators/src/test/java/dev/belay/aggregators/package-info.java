@NullMarked
package dev.belay.aggregators;

import org.jspecify.annotations.NullMarked;
