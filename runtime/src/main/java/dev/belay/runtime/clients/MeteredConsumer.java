package dev.belay.runtime.clients;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer of raw bytes with its metrics bound until it is closed. A position outside the log is
 * an {@link ExpiredOffsetException}.
 */
final class MeteredConsumer extends KafkaConsumer<byte[], byte[]> {
    private final KafkaClientMetrics metrics;

    MeteredConsumer(
            Map<String, Object> config, MeterRegistry meters, ScheduledExecutorService pool) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        metrics = new KafkaClientMetrics(this, List.of(), pool);
        metrics.bindTo(meters);
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
