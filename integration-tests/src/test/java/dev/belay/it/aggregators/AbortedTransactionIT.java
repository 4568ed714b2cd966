package dev.belay.it.aggregators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.belay.aggregators.streams.FencingClients;
import dev.belay.it.platform.PlatformHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task is found corrupted while a rebalance is in progress, so that Streams aborts what another
 * task of the same thread has written, and does not tell it.
 */
@Timeout(180)
class AbortedTransactionIT {
    private static final String IN = "in";
    private static final String OUT = "out";
    private static final int PARTITIONS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Bytes N = Bytes.wrap(new byte[] {0});

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch corrupted = new CountDownLatch(1);

    @TempDir Path folder;
    private PlatformHost platform;
    private String broker;
    private int sent;

    @BeforeEach
    void start() throws Exception {
        platform = PlatformHost.start(folder.resolve("platform"));
        broker = platform.bootstrapServers();
    }

    @AfterEach
    void stop() {
        release.countDown();
        platform.close();
    }

    @Test
    void aTaskWhoseWritesWereAbortedGoesOnFromItsLastCommit() throws Exception {
        // Given
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            var in = new NewTopic(IN, PARTITIONS, (short) 1);
            var out = new NewTopic(OUT, 1, (short) 1);
            admin.createTopics(List.of(in, out)).all().get();
        }
        try (KafkaStreams a = instance("a");
                KafkaStreams b = instance("b");
                KafkaStreams c = instance("c");
                KafkaProducer<byte[], byte[]> producer = producer();
                RawLog log = new RawLog(broker, List.of(OUT))) {
            a.start();
            await().atMost(LIMIT).until(() -> partitions(a).size() == PARTITIONS);
            b.start();
            await().atMost(LIMIT).until(() -> shared(a, b));
            // which of them gets two is Streams' choice
            KafkaStreams two = partitions(a).size() == 2 ? a : b;
            int busy = partitions(two == a ? b : a).get(0);
            int healthy = partitions(two).get(0);
            int ill = partitions(two).get(1);
            List<Integer> counts = new ArrayList<>();
            count(producer, healthy, log, counts, LIMIT);
            // When: one is busy, so that the rebalance for c does not come to its end
            send(producer, busy, What.HOLD);
            held.await();
            c.start();
            uncommitted(producer, healthy, log, counts);
            send(producer, ill, What.CORRUPT);
            corrupted.await();
            release.countDown();
            // Then
            send(producer, healthy, What.COUNT);
            int all = sent;
            await().atMost(LIMIT).until(() -> arrived(log, healthy, counts) && last(counts) >= all);
            assertEquals(IntStream.rangeClosed(1, all).boxed().toList(), counts);
        }
    }

    @Test
    void aProducerThatHasAbortedCommitsNothingAnyMore() {
        Map<String, Object> config = Map.of("bootstrap.servers", broker, "transactional.id", "t");
        try (Producer<byte[], byte[]> producer = new FencingClients().getProducer(config)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.flush();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.abortTransaction();

            assertThrows(TaskMigratedException.class, producer::flush);
            assertThrows(ProducerFencedException.class, producer::beginTransaction);
        }
    }

    private enum What {
        COUNT,
        HOLD,
        CORRUPT
    }

    /** Sends until one is not committed: the rebalance has begun. */
    private void uncommitted(
            KafkaProducer<byte[], byte[]> producer, int to, RawLog log, List<Integer> counts) {
        boolean commits = true;
        while (commits) {
            try {
                count(producer, to, log, counts, Duration.ofSeconds(3));
            } catch (ConditionTimeoutException e) {
                commits = false;
            }
        }
    }

    private void count(
            KafkaProducer<byte[], byte[]> producer,
            int to,
            RawLog log,
            List<Integer> counts,
            Duration within) {
        send(producer, to, What.COUNT);
        await().atMost(within).until(() -> arrived(log, to, counts) && last(counts) == sent);
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int to, What what) {
        byte[] value = what.name().getBytes(UTF_8);
        Futures.getUnchecked(producer.send(new ProducerRecord<>(IN, to, null, value)));
        sent += what == What.COUNT ? 1 : 0;
    }

    private static boolean arrived(RawLog log, int partition, List<Integer> counts) {
        log.poll(Duration.ofMillis(50)).stream()
                .filter(r -> r.key()[0] == partition)
                .forEach(r -> counts.add((int) r.value()[0]));
        return !counts.isEmpty();
    }

    private static int last(List<Integer> counts) {
        return counts.get(counts.size() - 1);
    }

    private static boolean shared(KafkaStreams a, KafkaStreams b) {
        int ofA = partitions(a).size();
        int ofB = partitions(b).size();
        return ofA > 0 && ofB > 0 && ofA + ofB == PARTITIONS;
    }

    private static List<Integer> partitions(KafkaStreams streams) {
        return streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .map(TaskMetadata::taskId)
                .map(task -> task.partition())
                .sorted()
                .toList();
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private KafkaStreams instance(String name) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve(name).toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, FencingClients.class);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 300);
        Topology topology =
                new Topology()
                        .addSource(
                                "source",
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer(),
                                IN)
                        .addProcessor("count", Count::new, "source")
                        .addStateStore(
                                Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore("n"),
                                        Serdes.Bytes(),
                                        Serdes.Integer()),
                                "count")
                        .addSink(
                                "sink",
                                OUT,
                                new ByteArraySerializer(),
                                new ByteArraySerializer(),
                                "count");
        return new KafkaStreams(topology, config);
    }

    /** Numbers the records of its partition. */
    private final class Count extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        private KeyValueStore<Bytes, Integer> store;

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            super.init(context);
            store = context.getStateStore("n");
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            switch (What.valueOf(new String(record.value(), UTF_8))) {
                case COUNT -> {
                    Integer before = store.get(N);
                    int n = before == null ? 1 : before + 1;
                    store.put(N, n);
                    byte partition = (byte) context().taskId().partition();
                    context()
                            .forward(
                                    record.withKey(new byte[] {partition})
                                            .withValue(new byte[] {(byte) n}));
                    context().commit();
                }
                case HOLD -> {
                    held.countDown();
                    if (!Uninterruptibles.awaitUninterruptibly(release, LIMIT)) {
                        throw new IllegalStateException("held for " + LIMIT);
                    }
                }
                case CORRUPT -> {
                    if (corrupted.getCount() > 0) {
                        corrupted.countDown();
                        throw new TaskCorruptedException(Set.of(context().taskId()));
                    }
                }
            }
        }
    }
}
