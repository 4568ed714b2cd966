package dev.belay.it.platform;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.cli.platform.PlatformException;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class EmbeddedPlatformIT {
    private static final String TOPIC = "kept";
    private static final int OFFSETS = 500;
    private static final String SUBJECT = TOPIC + "-value";
    private static final AvroSchema SCHEMA = record("");

    @TempDir Path data;

    @Test
    void whatWasAcknowledgedIsThereAfterKillMinusNineAndTheOpenTransactionIsNot() throws Exception {
        // Given
        int schemaId;
        try (var killed = PlatformHost.start(data)) {
            createTopic(killed.bootstrapServers());
            commit(killed.bootstrapServers(), "committed");
            var open = producer(killed.bootstrapServers(), "left-open");
            open.send(new ProducerRecord<>(TOPIC, "never committed")).get();
            schemaId = client(killed.registryUrl()).register(SUBJECT, SCHEMA);
            // When: at once after the registry's answer
            killed.kill();
            open.close(Duration.ZERO);
        }
        // Then
        try (var platform = EmbeddedPlatform.start(anyPorts(), line -> {})) {
            assertEquals(List.of("committed"), readCommitted(platform.bootstrapServers(), 1));
            // and readers get past the open transaction once it has timed out
            commit(platform.bootstrapServers(), "after");
            assertEquals(
                    List.of("committed", "after"), readCommitted(platform.bootstrapServers(), 2));
            var registry = client(platform.registryUrl());
            assertEquals(
                    SCHEMA.canonicalString(), registry.getSchemaById(schemaId).canonicalString());
        }
    }

    /** So many that loading them takes longer than the broker takes to register again. */
    @Test
    void offsetsThatGroupsHaveCommittedAreThereAsSoonAsAKilledBrokerIsBack() throws Exception {
        // Given groups in each partition of the offsets
        int port = PlatformHost.freePort();
        int registryPort = PlatformHost.freePort();
        Map<String, Long> committed = new ConcurrentHashMap<>();
        List<Thread> writers = new ArrayList<>();
        try (var killed = PlatformHost.start(data, port, registryPort)) {
            try (var admin = Admin.create(Map.of("bootstrap.servers", killed.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, OFFSETS, (short) 1))).all().get();
            }
            for (String group : List.of("group0", "group1", "group2", "group3")) {
                var writer = new Thread(() -> commit(killed.bootstrapServers(), group, committed));
                writer.start();
                writers.add(writer);
            }
            await().atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    committed.size() == writers.size()
                                            && committed.values().stream().allMatch(n -> n > 200));
            // When: they go on as soon as it is back
            killed.kill();
        }
        Map<String, Long> atLeast = Map.copyOf(committed);
        // Then
        try (var platform = PlatformHost.start(data, port, registryPort);
                var admin =
                        Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            for (var group : atLeast.entrySet()) {
                Map<TopicPartition, OffsetAndMetadata> found =
                        admin.listConsumerGroupOffsets(group.getKey())
                                .partitionsToOffsetAndMetadata()
                                .get();
                assertEquals(OFFSETS, found.size(), () -> group + ": " + found);
                found.values().forEach(n -> assertTrue(n.offset() >= group.getValue()));
            }
            writers.forEach(Thread::interrupt);
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }

    /** Commits offsets 1, 2, … of all partitions in transactions until it is interrupted. */
    @SuppressWarnings("removal") // there is no other way to name a group without a member
    private static void commit(String servers, String group, Map<String, Long> committed) {
        var producer = producer(servers, group);
        try {
            for (long n = 1; !Thread.currentThread().isInterrupted(); n++) {
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (int p = 0; p < OFFSETS; p++) {
                    offsets.put(new TopicPartition(TOPIC, p), new OffsetAndMetadata(n));
                }
                producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(group));
                producer.commitTransaction();
                committed.put(group, n);
                producer.beginTransaction();
            }
        } catch (InterruptException e) {
            // the broker was killed
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    @Test
    void theRegistryEndsWhenItsParentIsKilled() throws Exception {
        // Given
        ProcessHandle registry;
        try (var parent = PlatformHost.start(data)) {
            registry = recordedRegistry();
            assertTrue(registry.isAlive());
            // When
            parent.kill();
        }
        // Then
        await().atMost(Duration.ofSeconds(10)).until(() -> !registry.isAlive());
    }

    @Test
    void aSecondPlatformOnTheSameFolderIsRefusedWithThePidOfTheFirst() throws Exception {
        // Given
        try (var first = EmbeddedPlatform.start(anyPorts(), line -> {})) {
            // When
            var error =
                    assertThrows(
                            PlatformException.class,
                            () -> EmbeddedPlatform.start(anyPorts(), line -> {}));
            // Then
            var message = String.valueOf(error.getMessage());
            assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
            // and the first goes on
            createTopic(first.bootstrapServers());
        }
    }

    @Test
    void aPortInUseIsOneErrorAndLeavesTheFolderFree() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Given
            int port = taken.getLocalPort();
            // When
            var error =
                    assertThrows(
                            PlatformException.class,
                            () ->
                                    EmbeddedPlatform.start(
                                            new PlatformConfig(data, port, 0), line -> {}));
            // Then
            assertTrue(String.valueOf(error.getMessage()).contains("port " + port));
        }
        EmbeddedPlatform.start(anyPorts(), line -> {}).close();
    }

    @Test
    void aSchemaThatOldReadersCouldNotFollowIsRefused() throws Exception {
        try (var platform = EmbeddedPlatform.start(anyPorts(), line -> {})) {
            // Given
            var registry = client(platform.registryUrl());
            registry.register(SUBJECT, SCHEMA);
            // When: a field without a default
            var error =
                    assertThrows(
                            RestClientException.class,
                            () ->
                                    registry.register(
                                            SUBJECT, record("{\"name\":\"n\",\"type\":\"int\"}")));
            // Then
            assertEquals(409, error.getStatus());
        }
    }

    @Test
    void theRegistryEndingUnderAnOpenPlatformIsReported() throws Exception {
        try (var platform = EmbeddedPlatform.start(anyPorts(), line -> {})) {
            // Given
            platform.registryUrl();
            // When
            recordedRegistry().destroyForcibly();
            // Then
            var failure = platform.failure().orTimeout(10, TimeUnit.SECONDS).join();
            assertTrue(String.valueOf(failure.getMessage()).contains("schema registry ended"));
        }
    }

    private PlatformConfig anyPorts() {
        return new PlatformConfig(data, 0, 0);
    }

    private ProcessHandle recordedRegistry() throws Exception {
        var pid = Files.readString(data.resolve("registry/process")).replaceAll("(?s) .*", "");
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static AvroSchema record(String fields) {
        return new AvroSchema(
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":[%s]}".formatted(fields));
    }

    private static CachedSchemaRegistryClient client(String url) {
        return new CachedSchemaRegistryClient(url, 10);
    }

    private static void createTopic(String bootstrapServers) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
    }

    private static KafkaProducer<String, String> producer(String bootstrapServers, String id) {
        var producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers", bootstrapServers,
                                "transactional.id", id,
                                "transaction.timeout.ms", 5_000),
                        new StringSerializer(),
                        new StringSerializer());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static void commit(String bootstrapServers, String value) throws Exception {
        try (var producer = producer(bootstrapServers, "committer")) {
            var sent = producer.send(new ProducerRecord<>(TOPIC, value));
            producer.commitTransaction();
            sent.get();
        }
    }

    private static List<String> readCommitted(String bootstrapServers, int count) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                consumer.poll(Duration.ofMillis(200))
                                        .forEach(r -> values.add(r.value()));
                                return values.size() >= count;
                            });
            return values;
        }
    }
}
