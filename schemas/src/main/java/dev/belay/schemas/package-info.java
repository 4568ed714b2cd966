/**
 * Contracts between Belay's services: the Avro events (generated into {@code events}), the names of
 * topics and models, the codec in the Confluent wire format, and the hash that selects examples.
 *
 * <p>Everything here is immutable or thread-safe.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.schemas;
