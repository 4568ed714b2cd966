package dev.belay.runtime.clients;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer of raw bytes with its metrics bound until it is closed. */
final class MeteredProducer extends KafkaProducer<byte[], byte[]> {
    private final KafkaClientMetrics metrics;

    MeteredProducer(
            Map<String, Object> config, MeterRegistry meters, ScheduledExecutorService pool) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
        metrics = new KafkaClientMetrics(this, List.of(), pool);
        metrics.bindTo(meters);
    }

    @Override
    public void close(Duration timeout) {
        metrics.close();
        super.close(timeout);
    }
}
