package dev.belay.benchmarks.endless;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes JSON records with id, text and label to a topic of its own. Texts repeat, so their
 * encodings are cached after the first {@link #TEXTS} records.
 */
final class RecordWriter implements AutoCloseable {
    static final String TOPIC = "reviews";
    static final int TEXTS = 2_000;

    private final Producer<byte[], byte[]> producer;
    private final List<String> texts = new Texts(11).next(TEXTS);
    private int written;

    /** Creates the topic. */
    RecordWriter(Clients clients) {
        try (Admin admin = clients.admin()) {
            var topic = new NewTopic(TOPIC, Stage.PARTITIONS, (short) 1);
            KafkaFutures.get(admin.createTopics(List.of(topic)).all(), "creating " + TOPIC);
        }
        Map<String, Object> config = new HashMap<>(clients.settings().kafka("producer"));
        var bytes = new ByteArraySerializer();
        producer = new KafkaProducer<>(config, bytes, bytes);
    }

    /** Records written so far. */
    int written() {
        return written;
    }

    /** Writes so many records at once. */
    void write(int records) {
        for (int i = 0; i < records; i++) {
            send();
        }
        producer.flush();
    }

    /**
     * Writes records at an even rate.
     *
     * @param perSecond records
     * @param meanwhile called between two records, for at most some milliseconds
     */
    void write(int records, double perSecond, Runnable meanwhile) {
        long begin = System.nanoTime();
        for (int i = 0; i < records; i++) {
            long due = begin + (long) (i * TimeUnit.SECONDS.toNanos(1) / perSecond);
            meanwhile.run();
            LockSupport.parkNanos(due - System.nanoTime());
            send();
        }
        producer.flush();
    }

    private void send() {
        var row = JsonNodeFactory.instance.objectNode();
        row.put("id", "r" + written).put("text", texts.get(written % TEXTS));
        row.put("label", written % Stage.CLASSES.size());
        written++;
        var unused =
                producer.send(
                        new ProducerRecord<>(
                                TOPIC, row.toString().getBytes(StandardCharsets.UTF_8)),
                        (metadata, failure) -> {
                            if (failure != null) {
                                throw new IllegalStateException("a send failed", failure);
                            }
                        });
    }

    @Override
    public void close() {
        producer.close();
    }
}
