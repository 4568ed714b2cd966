/** Producers on a real broker. */
@org.jspecify.annotations.NullMarked
package dev.belay.it.producers;
