package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.Data;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskProducerTest {
    private static final int PARTITIONS = 3;
    private static final Topics TOPICS = Topics.defaults();
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    @TempDir Path dir;
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final List<ProducerRecord<byte[], byte[]>> log = new ArrayList<>();
    private Path file = Path.of("");

    @BeforeEach
    void aFileOfAHundredRows() throws IOException {
        file = Data.write(dir.resolve("a.jsonl"), Data.lines(100));
    }

    @Test
    void everyRowIsWrittenOnceWithItsTruthBesideIt() {
        try (DataSet data = DataSet.open(config())) {
            // When
            assertTrue(produce(data, Integer.MAX_VALUE));
            // Then
            List<Example> examples = events("belay.t.examples", Example.class);
            List<Example> holdout = events("belay.t.holdout", Example.class);
            List<Truth> truth = events("belay.t.truth", Truth.class);
            assertEquals(80, examples.size());
            assertEquals(20, holdout.size());
            assertEquals(100, truth.size());
            assertTrue(holdout.stream().allMatch(e -> e.getSplit() == Split.HOLDOUT));
            assertTrue(examples.stream().noneMatch(e -> e.getSplit() == Split.HOLDOUT));
            List<String> order = Data.rows(data).stream().map(Row::id).toList();
            assertEquals(order, truth.stream().map(Truth::getId).toList());
        }
    }

    @Test
    void sampledTruthIsThatOfTheDrawnStudentExamplesAndOfAllOthers() {
        TruthDraw draw = new TruthDraw(.3, 5L);
        Set<String> expected = new TreeSet<>();
        try (DataSet data = DataSet.open(config().withTruth(draw))) {
            // When
            assertTrue(produce(data, Integer.MAX_VALUE));
            // Then
            for (Example e : events("belay.t.examples", Example.class)) {
                if (e.getSplit() == Split.SUPERVISOR || IdHash.uniform("truth:5", e.getId()) < .3) {
                    expected.add(e.getId());
                }
            }
            List<Example> holdout = events("belay.t.holdout", Example.class);
            holdout.forEach(e -> expected.add(e.getId()));
            assertTrue(expected.size() < 90 && expected.size() > 60, expected::toString);
            List<Truth> truth = events("belay.t.truth", Truth.class);
            assertEquals(
                    expected,
                    truth.stream().map(Truth::getId).collect(TreeSet::new, Set::add, Set::addAll));
            Map<String, Split> splits = new LinkedHashMap<>();
            Data.rows(data).forEach(row -> splits.put(row.id(), row.split()));
            for (Truth one : truth) {
                assertEquals(
                        splits.get(one.getId()) == Split.STUDENT ? .3 : 1,
                        one.getInclusionProbability());
            }
            long students = splits.values().stream().filter(s -> s == Split.STUDENT).count();
            assertEquals(students, data.summary().of(Split.STUDENT).rows());
            assertEquals(
                    truth.stream().filter(t -> splits.get(t.getId()) == Split.STUDENT).count(),
                    data.summary().of(Split.STUDENT).labelled());
        }
        // And the sample is part of what the source is
        try (DataSet one = DataSet.open(config());
                DataSet other = DataSet.open(config().withTruth(draw));
                DataSet third = DataSet.open(config().withTruth(new TruthDraw(.3, null)))) {
            assertEquals(
                    3, Set.of(one.sourceHash(), other.sourceHash(), third.sourceHash()).size());
        }
    }

    @Test
    void truthThatOthersHaveSampledIsAllPublishedWithItsProbability() {
        try (DataSet data = DataSet.open(config().withTruth(new TruthDraw(.3, null)))) {
            assertTrue(produce(data, Integer.MAX_VALUE));
            List<Truth> truth = events("belay.t.truth", Truth.class);
            assertEquals(100, truth.size());
            assertEquals(
                    data.summary().of(Split.STUDENT).rows(),
                    truth.stream().filter(t -> t.getInclusionProbability() == .3).count());
        }
    }

    @Test
    void eachRecordIsWhereKafkasDefaultPartitionerPutsItsKey() {
        try (DataSet data = DataSet.open(config())) {
            produce(data, Integer.MAX_VALUE);
        }
        for (ProducerRecord<byte[], byte[]> record : log) {
            if (!record.topic().equals("belay.t.progress")) {
                assertEquals(
                        BuiltInPartitioner.partitionForKey(record.key(), PARTITIONS),
                        record.partition());
            }
        }
    }

    @Test
    void progressCountsEachPartitionAndEndsIt() {
        try (DataSet data = DataSet.open(config())) {
            produce(data, Integer.MAX_VALUE);
            // Then
            Collection<Progress> progress = progress();
            assertEquals(3 * PARTITIONS, progress.size());
            for (Progress p : progress) {
                assertTrue(p.getEnded());
                assertEquals(data.sourceHash(), p.getSourceHash());
                assertEquals("t.producer", p.getWriter());
                assertEquals(written(p.getTopic(), p.getPartition()), p.getRecords());
            }
            long students =
                    progress.stream()
                            .mapToLong(p -> p.getSplits().getOrDefault("STUDENT", 0L))
                            .sum();
            assertEquals(data.summary().of(Split.STUDENT).rows(), students);
        }
    }

    @Test
    void stoppedAfterAnyTransactionItGoesOnWhereItWas() {
        try (DataSet data = DataSet.open(config())) {
            produce(data, Integer.MAX_VALUE);
            List<String> whole = ids();
            for (int transactions = 0; transactions <= 10; transactions++) {
                log.clear();
                // When
                assertFalse(produce(data, transactions));
                assertTrue(produce(data, Integer.MAX_VALUE));
                // Then
                assertEquals(whole, ids());
            }
        }
    }

    @Test
    void theSameSourceAgainAddsNothing() {
        try (DataSet data = DataSet.open(config())) {
            produce(data, Integer.MAX_VALUE);
            int before = log.size();
            assertTrue(produce(data, Integer.MAX_VALUE));
            assertEquals(before, log.size());
        }
    }

    @Test
    void anotherSourceUnderTheSameTaskIsAnErrorThatNamesBoth() throws IOException {
        String first;
        try (DataSet data = DataSet.open(config())) {
            first = data.sourceHash();
            produce(data, 2);
        }
        Data.write(file, Data.lines(99));
        try (DataSet data = DataSet.open(config())) {
            String message =
                    assertThrows(DataException.class, () -> produce(data, Integer.MAX_VALUE))
                            .toString();
            assertTrue(message.contains(first), message);
            assertTrue(message.contains(data.sourceHash()), message);
            assertTrue(message.contains(file.toString()), message);
        }
    }

    @Test
    void aTransactionThatFailsLeavesNothingBehind() {
        try (DataSet data = DataSet.open(config())) {
            MockProducer<byte[], byte[]> producer = producer();
            producer.commitTransactionException = new IllegalStateException("no");
            assertThrows(IllegalStateException.class, () -> produce(data, producer, 5));
            assertTrue(producer.transactionAborted());
            assertTrue(producer.history().isEmpty());
        }
    }

    @Test
    void aTransactionHasAllRowsThatAreWaitingWithinItsTime() throws IOException {
        int rows = 3 * TaskProducer.BATCH_ROWS;
        Data.write(file, Data.lines(rows + 1));
        // Given a clock by which a batch takes no time, and one by which each takes too long
        for (Clock clock : List.of(CLOCK, new SlowClock())) {
            List<Long> committed = new ArrayList<>();
            try (DataSet data = DataSet.open(config())) {
                // When
                producer(ProducerConfig.of("t"), producer(), clock)
                        .run(data, List.of(), () -> false, (done, total) -> committed.add(done));
            }
            // Then
            long batch = TaskProducer.BATCH_ROWS;
            assertEquals(
                    clock.equals(CLOCK)
                            ? List.of(0L, 3 * batch + 1)
                            : List.of(0L, batch, 2 * batch, 3 * batch, 3 * batch + 1),
                    committed);
        }
    }

    @Test
    void aPacedProducerKeepsItsRate() {
        // Given 20 rows a second in transactions of 10: the third is due after one second
        long start = System.nanoTime();
        RateLimiter pacer = new RateLimiter(20);
        // When
        pacer.await(10, () -> false);
        pacer.await(10, () -> false);
        assertTrue(pacer.await(10, () -> false));
        // Then
        assertTrue(System.nanoTime() - start >= 1_000_000_000L);
        assertFalse(pacer.await(10, () -> true));
    }

    /** Whenever it is asked, the time of a transaction has gone by. */
    private static final class SlowClock extends Clock {
        private long ms;

        @Override
        public long millis() {
            return ms += TaskProducer.TRANSACTION_MS;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("the zone is not used");
        }
    }

    private DataConfig config() {
        return Data.config(file, "jsonl");
    }

    private static MockProducer<byte[], byte[]> producer() {
        MockProducer<byte[], byte[]> producer =
                new MockProducer<>(
                        Cluster.empty(),
                        true,
                        null,
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    /** Produces until so many transactions are committed; what was committed goes to the log. */
    private boolean produce(DataSet data, int transactions) {
        MockProducer<byte[], byte[]> producer = producer();
        boolean complete = produce(data, producer, transactions);
        log.addAll(producer.history());
        return complete;
    }

    private boolean produce(DataSet data, Producer<byte[], byte[]> producer, int transactions) {
        int[] committed = {-1};
        return producer(new ProducerConfig("t", 7, 0), producer, CLOCK)
                .run(
                        data,
                        progress(),
                        () -> committed[0] >= transactions,
                        (done, total) -> committed[0]++);
    }

    private TaskProducer producer(
            ProducerConfig config, Producer<byte[], byte[]> producer, Clock clock) {
        return new TaskProducer(
                producer, codec, TOPICS, PARTITIONS, config, clock, new RateLimiter(0));
    }

    private Collection<Progress> progress() {
        Map<String, Progress> newest = new LinkedHashMap<>();
        for (ProducerRecord<byte[], byte[]> record : log) {
            if (record.topic().equals("belay.t.progress")) {
                newest.put(
                        new String(record.key(), StandardCharsets.UTF_8),
                        codec.decode(record.topic(), record.value(), Progress.class));
            }
        }
        return newest.values();
    }

    private <T extends org.apache.avro.specific.SpecificRecord> List<T> events(
            String topic, Class<T> type) {
        return log.stream()
                .filter(r -> r.topic().equals(topic))
                .map(r -> codec.decode(topic, r.value(), type))
                .toList();
    }

    private List<String> ids() {
        return events("belay.t.truth", Truth.class).stream().map(Truth::getId).toList();
    }

    private long written(String topic, int partition) {
        return log.stream()
                .filter(r -> r.topic().equals(topic) && r.partition() == partition)
                .count();
    }
}
