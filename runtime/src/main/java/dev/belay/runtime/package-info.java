/**
 * What every service needs and none should write twice: settings, Kafka clients, health and metrics
 * endpoints, dead letters, topics that are as they should be, tables of compacted topics, and
 * running until told to stop.
 *
 * <p>Services poll on their own thread. Kafka consumers and {@link
 * dev.belay.runtime.clients.TopicTable}s belong to the thread that polls them; everything else is
 * thread-safe.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.runtime;
