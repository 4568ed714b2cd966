/**
 * Whole experiments through the real command line: their ends, repetition, kills, bad input, and
 * what others can read of them. Each run is a JVM of its own, so that it can be killed and its exit
 * code is the operating system's.
 */
@NullMarked
package dev.belay.it.experiment;

import org.jspecify.annotations.NullMarked;
