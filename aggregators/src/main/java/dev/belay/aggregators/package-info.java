/** The service that keeps the statistics of all tasks, one Kafka Streams application per task. */
@NullMarked
package dev.belay.aggregators;

import org.jspecify.annotations.NullMarked;
