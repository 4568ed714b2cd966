package dev.belay.runtime.clients;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;

/**
 * A consumer with its metrics bound until it is closed, if they are exposed. A position outside the
 * log is an {@link ExpiredOffsetException}.
 */
final class MeteredConsumer extends ByteConsumer {
    private final KafkaClientMetrics metrics;

    MeteredConsumer(
            Map<String, Object> config,
            MeterRegistry meters,
            boolean exposed,
            ScheduledExecutorService pool) {
        super(config);
        metrics = new KafkaClientMetrics(this, List.of(), pool);
        if (exposed) {
            metrics.bindTo(meters);
        }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        try {
            return super.poll(timeout);
        } catch (OffsetOutOfRangeException e) {
            throw ExpiredOffsetException.of(this, e);
        }
    }

    @Override
    public void close() {
        metrics.close();
        super.close();
    }
}
