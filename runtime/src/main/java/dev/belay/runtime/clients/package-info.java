/**
 * Kafka clients made from the settings, and the tables and records that every service shares:
 * compacted topics as tables, dead letters, offsets that have expired.
 *
 * <p>Threads: a consumer and a {@link dev.belay.runtime.clients.TopicTable} belong to the thread
 * that polls them; all else is thread-safe.
 */
@NullMarked
package dev.belay.runtime.clients;

import org.jspecify.annotations.NullMarked;
