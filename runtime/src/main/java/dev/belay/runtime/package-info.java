/**
 * Shared by all services: settings, Kafka clients, health and metrics endpoints, dead letters, the
 * topic plan, tables of compacted topics, and the life cycle of services.
 *
 * <p>Services poll on their own thread. Kafka consumers and {@link
 * dev.belay.runtime.clients.TopicTable}s belong to the thread that polls them; everything else is
 * thread-safe.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.runtime;
