/**
 * Kafka Streams applications that restart after failures, with the clients, settings and state
 * handling that exactly-once counting needs.
 */
@NullMarked
package dev.belay.aggregators.streams;

import org.jspecify.annotations.NullMarked;
