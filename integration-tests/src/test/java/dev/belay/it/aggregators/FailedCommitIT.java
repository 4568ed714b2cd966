package dev.belay.it.aggregators;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.streams.FencingClients;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks that have only punctuated since they began write, and are to be given to another instance;
 * the commit times out, and in the end the broker aborts the transaction.
 */
@Timeout(180)
class FailedCommitIT {
    private static final String IN = "in";
    private static final String OUT = "out";
    private static final String STORE = "n";
    private static final int PARTITIONS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final AtomicBoolean writes = new AtomicBoolean();
    private final AtomicBoolean commitsTimeOut = new AtomicBoolean();

    @TempDir Path folder;

    @Test
    void aTaskThatWasGivenAwayComesBackWithoutWhatWasAborted() throws Exception {
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("platform"), 0, 0), line -> {});
                KafkaStreams a = instance(platform.bootstrapServers(), "a")) {
            createTopics(platform.bootstrapServers());
            a.start();
            await().atMost(LIMIT).until(() -> tasks(a) == PARTITIONS);
            // Given
            writes.set(true);
            await().atMost(LIMIT).until(() -> stored(a).size() == PARTITIONS);
            // When
            commitsTimeOut.set(true);
            try (KafkaStreams b = instance(platform.bootstrapServers(), "b")) {
                b.start();
                await().atMost(LIMIT).until(() -> tasks(a) == 1 && tasks(b) == 1);
            }
            await().atMost(LIMIT).until(() -> tasks(a) == PARTITIONS);
            // Then
            assertEquals(List.of(), stored(a));
        }
    }

    private static void createTopics(String broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            var in = new NewTopic(IN, PARTITIONS, (short) 1);
            var out = new NewTopic(OUT, 1, (short) 1);
            admin.createTopics(List.of(in, out)).all().get();
        }
    }

    private static int tasks(KafkaStreams streams) {
        return streams.state() != KafkaStreams.State.RUNNING
                ? 0
                : streams.metadataForLocalThreads().stream()
                        .mapToInt(thread -> thread.activeTasks().size())
                        .sum();
    }

    private static List<String> stored(KafkaStreams streams) {
        var store =
                streams.store(
                        StoreQueryParameters.fromNameAndType(
                                STORE, QueryableStoreTypes.<String, String>keyValueStore()));
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, String> all = store.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    private KafkaStreams instance(String broker, String name) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve(name).toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, LIMIT.toMillis());
        config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 120_000);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 300);
        Topology topology =
                new Topology()
                        .addSource(
                                "source",
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer(),
                                IN)
                        .addProcessor("write", Write::new, "source")
                        .addStateStore(
                                Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore(STORE),
                                        Serdes.String(),
                                        Serdes.String()),
                                "write")
                        .addSink(
                                "sink",
                                OUT,
                                new ByteArraySerializer(),
                                new ByteArraySerializer(),
                                "write");
        return new KafkaStreams(topology, config, new FailingClients());
    }

    /** Writes once, when it is told to, and without a record. */
    private final class Write extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            super.init(context);
            context.schedule(
                    Duration.ofMillis(50), PunctuationType.WALL_CLOCK_TIME, now -> punctuate());
        }

        private void punctuate() {
            if (writes.get() && !commitsTimeOut.get()) {
                KeyValueStore<String, String> store = context().getStateStore(STORE);
                String task = context().taskId().toString();
                if (store.get(task) == null) {
                    store.put(task, "written");
                    context().forward(new Record<>(new byte[0], new byte[0], 0));
                }
            }
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            throw new IllegalStateException("nothing is sent");
        }
    }

    /** As the broker does that does not answer a commit, and aborts what is open for too long. */
    private final class FailingClients extends FencingClients {
        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return new FencingProducer(config) {
                private boolean timedOut;

                @Override
                protected void commit() {
                    if (timedOut) {
                        super.abortTransaction();
                        throw new ProducerFencedException("the transaction has timed out");
                    }
                    timedOut = commitsTimeOut.get() && writes.getAndSet(false);
                    if (timedOut) {
                        throw new TimeoutException("the broker does not answer");
                    }
                    super.commit();
                }
            };
        }
    }
}
