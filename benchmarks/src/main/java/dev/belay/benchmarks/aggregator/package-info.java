/** {@code bench aggregator}: beside a bare consumer and beside the plain DSL of Kafka Streams. */
@NullMarked
package dev.belay.benchmarks.aggregator;

import org.jspecify.annotations.NullMarked;
