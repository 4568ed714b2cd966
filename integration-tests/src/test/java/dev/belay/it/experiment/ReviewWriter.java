package dev.belay.it.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Somebody else's program: JSON objects to a topic of three partitions, some 55 a second, with
 * Kafka's own client. Of every fifth the label comes 20 records later, in one without text; some
 * records are repeated, some are no JSON.
 */
final class ReviewWriter implements AutoCloseable {
    private static final int PARTITIONS = 3;
    private static final int LATER = 20;
    private static final double[] OWN = {0.68, 0.64, 0.60, 0.64, 0.72};

    private final ObjectMapper json = new ObjectMapper();
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final boolean drift;
    private final Map<String, Integer> labels = new TreeMap<>();
    private final Map<String, Integer> bad = new TreeMap<>();
    private final Deque<ObjectNode> late = new ArrayDeque<>();
    private final Deque<Future<?>> sent = new ArrayDeque<>();
    private Iterator<String> rows = List.<String>of().iterator();
    private int chunk;
    private int written;

    ReviewWriter(String bootstrapServers, String topic) {
        this(bootstrapServers, topic, false);
    }

    /**
     * @param drift whether texts become harder to tell apart, and easier again
     */
    ReviewWriter(String bootstrapServers, String topic, boolean drift) {
        this.topic = topic;
        this.drift = drift;
        producer =
                new KafkaProducer<>(
                        // the broker may be away for long where others use the machine
                        Map.of(
                                "bootstrap.servers", bootstrapServers,
                                "max.block.ms", 600_000,
                                "delivery.timeout.ms", 600_000),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    void start() {
        sent.add(timer.scheduleAtFixedRate(this::one, 0, 20, TimeUnit.MILLISECONDS));
    }

    /** Stops; all is written then, the labels that were held back too. */
    void stop() throws Exception {
        Future<?> timed = sent.removeFirst();
        timed.cancel(false);
        timer.shutdown();
        if (!timer.awaitTermination(600, TimeUnit.SECONDS)) {
            throw new AssertionError("the writer does not stop");
        }
        late.forEach(this::send);
        for (Future<?> future : sent) {
            future.get();
        }
    }

    /** The class of each id written. */
    Map<String, Integer> labels() {
        return labels;
    }

    /** Values that are no JSON, and how often each was written. */
    Map<String, Integer> bad() {
        return bad;
    }

    private void one() {
        ObjectNode row = next();
        labels.put(row.get("id").textValue(), row.get("label").intValue());
        if (written % 5 == 0) {
            ObjectNode truth = row.deepCopy();
            truth.remove("text");
            late.add(truth);
            row.remove("label");
        }
        send(row);
        if (late.size() > LATER / 5) {
            send(late.remove());
        }
        if (written % 50 == 0) {
            send(row);
            String broken = "{\"id\": \"broken " + written;
            bad.merge(broken, 1, Integer::sum);
            send(broken.getBytes(StandardCharsets.UTF_8));
        }
    }

    private ObjectNode next() {
        try {
            if (!rows.hasNext()) {
                double own = drift ? OWN[chunk % OWN.length] : OWN[0];
                rows = SmallExperiment.rows(chunk++, own).lines().iterator();
            }
            ObjectNode row = (ObjectNode) json.readTree(rows.next());
            row.remove("split");
            return row.put("id", chunk + "-" + row.get("id").textValue());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(ObjectNode row) {
        send(row.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void send(byte[] value) {
        int partition = written++ % PARTITIONS;
        sent.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
    }

    @Override
    public void close() {
        timer.shutdownNow();
        producer.close();
    }
}
