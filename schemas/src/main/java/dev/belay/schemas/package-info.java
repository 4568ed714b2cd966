/**
 * Contracts between Belay's services: the Avro events (generated into {@code events}), the names of
 * topics and models, the codec in the Confluent wire format, the hash that selects examples, and
 * the image formats of their content.
 *
 * <p>Everything here is immutable or thread-safe.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.schemas;
