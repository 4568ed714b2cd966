package dev.belay.benchmarks.attach;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a team would write without Belay: of a row an example and its truth in Avro, by an
 * idempotent producer with Belay's own settings. It checks nothing, splits nothing, remembers no
 * ids and has no transactions: killed, it loses or repeats.
 */
public final class PlainWriter implements AutoCloseable {
    private final Clients clients;
    private final String examples;
    private final String truths;
    private final Producer<byte[], byte[]> producer;
    private volatile @Nullable Exception failed;

    /**
     * @param task whose examples and truth are written
     */
    public PlainWriter(Clients clients, String task) {
        this.clients = clients;
        examples = clients.topics().examples(task);
        truths = clients.topics().truth(task);
        Map<String, Object> config = new HashMap<>(clients.settings().kafka("producer"));
        config.put("linger.ms", 5);
        config.put("compression.type", "lz4");
        config.put("batch.size", 1 << 16);
        producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends a {@link Review}'s two records. */
    public void write(JsonNode row, long timeMs) {
        String id = row.get("id").asText();
        Example example =
                EventFactory.exampleBuilder(row.get("body").asText())
                        .setId(id)
                        .setSplit(Split.STUDENT)
                        .setEventTimeMs(timeMs)
                        .build();
        send(examples, id, example, timeMs);
        int label = row.get("stars").intValue() > Review.GOOD ? 1 : 0;
        send(truths, id, EventFactory.truth(id, label, timeMs), timeMs);
    }

    private void send(String topic, String id, SpecificRecord event, long timeMs) {
        var unused =
                producer.send(
                        clients.codec().record(topic, null, id, event, timeMs),
                        (metadata, failure) -> {
                            if (failure != null) {
                                failed = failure;
                            }
                        });
    }

    /**
     * Waits until all is acknowledged.
     *
     * @throws IllegalStateException when a send failed
     */
    @Override
    public void close() {
        producer.close();
        if (failed != null) {
            throw new IllegalStateException("a send failed", failed);
        }
    }
}
