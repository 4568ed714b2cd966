package dev.belay.benchmarks.attach;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.runtime.clients.Clients;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A row of generated data, as a file or a topic has it.
 *
 * @param id its id
 * @param body its text, 16 words at the median
 * @param stars 1 to 5
 * @param label 1 for more than {@link #GOOD} stars, else 0
 */
public record Review(String id, String body, int stars, int label) {
    /** Stars of the best that are not good. */
    static final int GOOD = 3;

    private static final int STARS = 5;

    /** Columns of one with truth. */
    public static final Fields FIELDS = new Fields("id", "body", "label", null);

    /** The n-th; the same for the same texts. */
    public static Review of(long n, Texts texts) {
        int stars = (int) (1 + n % STARS);
        return new Review("r" + n, texts.any(), stars, stars > GOOD ? 1 : 0);
    }

    /** With the id once more in {@code ref.id}. */
    public ObjectNode json() {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("id", id).put("body", body).put("stars", stars).put("label", label);
        row.putObject("ref").put("id", id);
        return row;
    }

    /** Writes some as JSON, those from one number to another, to a topic's partitions in turn. */
    public static void toTopic(Clients clients, String topic, long from, long to, Texts texts) {
        Map<String, Object> config = new HashMap<>(clients.settings().kafka("producer"));
        config.put("compression.type", "lz4");
        AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long n = from; n < to; n++) {
                byte[] value = of(n, texts).json().toString().getBytes(StandardCharsets.UTF_8);
                int partition = (int) (n % Stage.PARTITIONS);
                var unused =
                        producer.send(
                                new ProducerRecord<>(
                                        topic, partition, Stage.TIME_MS + n, null, value),
                                (metadata, failure) -> failed.compareAndSet(null, failure));
            }
        }
        if (failed.get() != null) {
            throw new IllegalStateException("a send to " + topic + " failed", failed.get());
        }
    }
}
