package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.aggregator.Sweeps.Row;
import dev.belay.benchmarks.aggregator.Sweeps.Sweep;
import dev.belay.benchmarks.harness.CacheClearing;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.ModelId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The same statistics with the plain DSL ({@link DslTopology}): exactly-once, one thread, a commit
 * every 100 ms, all else as Kafka Streams has it by default.
 */
final class DslSide {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration AT_MOST = Duration.ofMinutes(3);

    private final Clients clients;
    private final Sweeps sweeps;

    /**
     * @param sweeps of one family, all of them
     */
    DslSide(Clients clients, Sweeps sweeps) {
        this.clients = clients;
        this.sweeps = sweeps;
    }

    /** Writes the data of all rounds, one record a prediction, one transaction a sweep. */
    void write() {
        var topology = topology("");
        var truths = DslTopology.TRUTH.serializer();
        var predictions = DslTopology.PREDICTION.serializer();
        try (Admin admin = clients.admin();
                Producer<byte[], byte[]> producer = clients.producer("bench-dsl")) {
            make(admin, topology.truth());
            make(admin, topology.predictions());
            producer.initTransactions();
            producer.beginTransaction();
            for (int example = 0; example < sweeps.examples(); example++) {
                GenericRecord truth =
                        DslTopology.TRUTH.record(Sweeps.label(example), Stage.TIME_MS);
                byte[] bytes = truths.serialize(topology.truth(), truth);
                send(producer, topology.truth(), Stage.TIME_MS, example, bytes);
            }
            producer.commitTransaction();
            long timeMs = Stage.TIME_MS;
            for (Sweep sweep : sweeps.sweeps(1, sweeps.checkpoints())) {
                timeMs++; // Kafka Streams processes earlier timestamps first, across topics too
                producer.beginTransaction();
                for (int example = 0; example < sweeps.examples(); example++) {
                    float first = Sweeps.first(sweep, example);
                    GenericRecord prediction =
                            DslTopology.PREDICTION.record(
                                    sweep.model(),
                                    (long) sweep.checkpoint(),
                                    List.of(first, 1 - first),
                                    timeMs);
                    byte[] bytes = predictions.serialize(topology.predictions(), prediction);
                    send(producer, topology.predictions(), timeMs, example, bytes);
                }
                producer.commitTransaction();
            }
        }
    }

    /**
     * Counts everything from an empty state; the cells in the end must equal the recount.
     *
     * @param run number of this run
     * @return seconds from the first record read to the last cells as a reader sees them
     */
    double seconds(int run) {
        String prefix = "dsl" + run + ".";
        String group = prefix + "streams";
        String cells = prefix + "cells";
        try (Admin admin = clients.admin();
                Cells found = new Cells(cells)) {
            make(admin, cells);
            CacheClearing.clear();
            double seconds;
            try (var streams = new KafkaStreams(topology(cells).build(), config(group))) {
                streams.start();
                long end = found.await(streams);
                FirstRead.Begin begin = FirstRead.first(group);
                if (begin == null)
                    throw new IllegalStateException("cells before the first record was read");
                seconds = (end - begin.ns()) / 1e9;
            }
            found.requireRight();
            List<String> own =
                    dev.belay.runtime.topics.KafkaFutures.get(
                                    admin.listTopics().names(), "listing topics")
                            .stream()
                            .filter(name -> name.startsWith(prefix))
                            .toList();
            dev.belay.runtime.topics.KafkaFutures.get(
                    admin.deleteTopics(own).all(), "deleting topics");
            return seconds;
        }
    }

    private DslTopology topology(String cells) {
        return new DslTopology(sweeps.name() + ".", cells);
    }

    private Properties config(String group) {
        var config = new Properties();
        config.putAll(clients.settings().kafka("streams"));
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        config.put(StreamsConfig.STATE_DIR_CONFIG, clients.settings().state().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(
                StreamsConfig.mainConsumerPrefix("interceptor.classes"), FirstRead.class.getName());
        return config;
    }

    private static void make(Admin admin, String topic) {
        var made = admin.createTopics(List.of(new NewTopic(topic, Stage.PARTITIONS, (short) -1)));
        dev.belay.runtime.topics.KafkaFutures.get(made.all(), "making topic " + topic);
    }

    private static void send(
            Producer<byte[], byte[]> producer,
            String topic,
            long timeMs,
            int example,
            byte[] bytes) {
        byte[] key = Sweeps.id(example).getBytes(StandardCharsets.UTF_8);
        Future<?> unused = producer.send(new ProducerRecord<>(topic, null, timeMs, key, bytes));
    }

    /** Follows the cells as a {@code read_committed} reader. */
    private final class Cells implements AutoCloseable {
        private final String topic;
        private final Consumer<byte[], byte[]> reader;
        private final Map<String, List<Long>> expected = new HashMap<>();
        private final Set<String> open;
        private long lastNs;

        Cells(String topic) {
            this.topic = topic;
            this.reader = clients.consumer(null, "bench-dsl-cells");
            for (Map.Entry<Row, List<Long>> row : sweeps.recount(sweeps.checkpoints()).entrySet())
                expected.put(
                        ModelId.parse(row.getKey().student()).model()
                                + "|"
                                + row.getKey().checkpoint(),
                        row.getValue());
            open = new HashSet<>(expected.keySet());
        }

        /** Waits until all cells equal the recount; returns when the last one was read. */
        long await(KafkaStreams streams) {
            List<TopicPartition> all = new ArrayList<>();
            for (int p = 0; p < Stage.PARTITIONS; p++) all.add(new TopicPartition(topic, p));
            reader.assign(all);
            reader.seekToBeginning(all);
            long deadline = System.nanoTime() + AT_MOST.toNanos();
            while (!open.isEmpty()) {
                poll();
                if (streams.state() == KafkaStreams.State.ERROR)
                    throw new IllegalStateException("the DSL's application has failed");
                if (System.nanoTime() > deadline)
                    throw new IllegalStateException(
                            "the DSL's cells differ from the recount: " + open);
            }
            return lastNs;
        }

        void requireRight() {
            reader.endOffsets(reader.assignment())
                    .forEach(
                            (partition, end) -> {
                                while (reader.position(partition) < end) poll();
                            });
            if (!open.isEmpty())
                throw new IllegalStateException(
                        "the DSL's cells differ from the recount in the end: " + open);
        }

        private void poll() {
            var cells = DslTopology.CELLS.deserializer();
            for (var record : reader.poll(WAIT)) {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                List<Long> counts = DslTopology.counts(cells.deserialize(topic, record.value()));
                if (!counts.equals(expected.get(key))) open.add(key);
                else if (open.remove(key)) lastNs = System.nanoTime();
            }
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
