package dev.belay.benchmarks.attach;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What a team would write without Belay: JSON in, an example and its truth in Avro out. It checks
 * nothing, splits nothing, remembers no ids and has no transactions: killed, it loses or repeats.
 */
final class BareLoop {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clients clients;
    private final ObjectMapper json = new ObjectMapper();

    BareLoop(Clients clients) {
        this.clients = clients;
    }

    /** Seconds for all records of a topic. */
    double seconds(String from, String task, int records) {
        Map<String, Object> config = new HashMap<>(clients.settings().kafka("producer"));
        config.put("linger.ms", 5);
        config.put("compression.type", "lz4");
        long begin = System.nanoTime();
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "bare");
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(
                                config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<TopicPartition> partitions =
                    IntStream.range(0, Stage.PARTITIONS)
                            .mapToObj(p -> new TopicPartition(from, p))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            int done = 0;
            while (done < records) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    map(record, task, producer);
                    done++;
                }
            }
            producer.flush();
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private void map(
            ConsumerRecord<byte[], byte[]> record, String task, Producer<byte[], byte[]> producer) {
        JsonNode row;
        try {
            row = json.readTree(record.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String id = row.get("ref").get("id").asText();
        Example example =
                Example.newBuilder()
                        .setId(id)
                        .setSplit(Split.STUDENT)
                        .setText(row.get("body").asText())
                        .setEventTimeMs(record.timestamp())
                        .build();
        send(producer, clients.topics().examples(task), id, example, record.timestamp());
        var truth =
                EventFactory.truth(id, row.get("stars").intValue() > 3 ? 1 : 0, record.timestamp());
        send(producer, clients.topics().truth(task), id, truth, record.timestamp());
    }

    private void send(
            Producer<byte[], byte[]> producer,
            String topic,
            String id,
            org.apache.avro.specific.SpecificRecord event,
            long timeMs) {
        var unused =
                producer.send(
                        clients.codec().record(topic, null, id, event, timeMs),
                        (metadata, failure) -> {
                            if (failure != null) {
                                throw new IllegalStateException("a send failed", failure);
                            }
                        });
    }
}
