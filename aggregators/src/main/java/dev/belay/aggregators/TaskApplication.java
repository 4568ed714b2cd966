package dev.belay.aggregators;

import dev.belay.aggregators.topology.AggregatorConfig;
import dev.belay.aggregators.topology.AggregatorTopology;
import dev.belay.runtime.Clients;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Streams application of one task. A thread that dies (a broker or registry that does not
 * answer) is replaced a few times and begins again from the last commit; after that the application
 * fails.
 */
final class TaskApplication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskApplication.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);
    private static final int REPLACEMENTS = 10;

    private final String task;
    private final KafkaStreams streams;
    private final KafkaStreamsMetrics metrics;
    private final AtomicInteger replaced = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Makes and starts it. The task's topics must exist. */
    TaskApplication(Clients clients, String task, int partitions) {
        this.task = task;
        AggregatorConfig config =
                AggregatorConfig.of(
                        task,
                        partitions,
                        clients.topics(),
                        StreamsSettings.lateness(clients.settings()));
        Properties properties = new Properties();
        properties.putAll(StreamsSettings.of(clients.settings(), task));
        streams =
                new KafkaStreams(
                        AggregatorTopology.build(config, clients.codec(), clients.meters()),
                        properties);
        streams.setUncaughtExceptionHandler(this::onFailure);
        metrics = new KafkaStreamsMetrics(streams);
        metrics.bindTo(clients.meters());
        streams.start();
    }

    /** Whether it counts now. */
    boolean running() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /**
     * Returns while it goes on or can.
     *
     * @throws IllegalStateException when it has failed for good
     */
    void check() {
        if (streams.state() == KafkaStreams.State.ERROR
                || streams.state() == KafkaStreams.State.PENDING_ERROR) {
            throw new IllegalStateException(
                    "the aggregator of task " + task + " failed", failure.get());
        }
    }

    @Override
    public void close() {
        metrics.close();
        if (!streams.close(CLOSE_WITHIN)) {
            LOG.warn("the aggregator of task {} did not stop within {}", task, CLOSE_WITHIN);
        }
    }

    private StreamThreadExceptionResponse onFailure(Throwable thrown) {
        failure.set(thrown);
        if (replaced.incrementAndGet() <= REPLACEMENTS) {
            LOG.warn("the aggregator of task {} begins again from its last commit", task, thrown);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
