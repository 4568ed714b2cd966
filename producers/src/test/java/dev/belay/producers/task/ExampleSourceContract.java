package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ExampleSource} guarantees when a {@link TaskProducer} writes it; see the
 * documentation of the package {@code dev.belay.producers.source}. A source for it has {@link
 * #ROWS} rows with the ids r0 to r99 and labels 0 and 1.
 */
abstract class ExampleSourceContract {
    static final int ROWS = 100;
    static final int PARTITIONS = 3;
    static final Topics TOPICS = Topics.defaults();

    final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());

    /** All committed records. */
    final List<ProducerRecord<byte[], byte[]>> log = new ArrayList<>();

    /** The source's committed positions. */
    final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();

    /** The source as a new process opens it, after all that is committed. */
    abstract ExampleSource source() throws IOException;

    /** The same rows split or ordered otherwise, thus a source with another hash. */
    abstract ExampleSource otherSource() throws IOException;

    @Test
    void everyRowIsOneExampleWithItsTruth() throws IOException {
        produce(source(), Integer.MAX_VALUE);
        List<String> ids = examples().map(Example::getId).toList();
        assertEquals(ROWS, ids.size());
        assertEquals(ROWS, new TreeSet<>(ids).size());
        Map<String, Integer> labels = new TreeMap<>();
        events("belay.t.truth", Truth.class).forEach(t -> labels.put(t.getId(), t.getLabel()));
        for (int i = 0; i < ROWS; i++) {
            assertEquals(i < ROWS / 2 ? 0 : 1, labels.get("r" + i));
        }
    }

    @Test
    void rowsOutsideTheHoldoutAreSplitByHashOfTheirIds() throws IOException {
        produce(source(), Integer.MAX_VALUE);
        for (Example example : events("belay.t.examples", Example.class)) {
            boolean supervisor = IdHash.uniform("supervisor", example.getId()) < .5;
            assertEquals(supervisor ? Split.SUPERVISOR : Split.STUDENT, example.getSplit());
        }
        assertTrue(
                events("belay.t.holdout", Example.class).stream()
                        .allMatch(e -> e.getSplit() == Split.HOLDOUT));
    }

    @Test
    void stoppedAfterAnyTransactionItWritesWhatAnUnstoppedOneWrites() throws IOException {
        produce(source(), Integer.MAX_VALUE);
        List<String> whole = written();
        int transactions = 1;
        boolean all = false;
        while (!all) {
            log.clear();
            committed.clear();
            // When
            all = produce(source(), transactions);
            produce(source(), Integer.MAX_VALUE);
            // Then
            assertEquals(whole, written(), "after " + transactions + " transactions");
            transactions++;
        }
        assertTrue(transactions > 10);
    }

    @Test
    void ofATransactionThatFailsNothingIsLeftAndItsRowsAreReadAgain() throws IOException {
        produce(source(), Integer.MAX_VALUE);
        List<String> whole = written();
        log.clear();
        committed.clear();
        produce(source(), 2);
        // When
        MockProducer<byte[], byte[]> failing = producer();
        failing.commitTransactionException = new IllegalStateException("no");
        ExampleSource again = source();
        assertThrows(IllegalStateException.class, () -> produce(again, failing, Integer.MAX_VALUE));
        assertTrue(failing.history().isEmpty());
        assertTrue(failing.consumerGroupOffsetsHistory().isEmpty());
        // Then
        produce(source(), Integer.MAX_VALUE);
        assertEquals(whole, written());
    }

    @Test
    void progressCountsWhatIsInEachPartitionAndTheRowsDone() throws IOException {
        produce(source(), Integer.MAX_VALUE);
        for (Progress p : progress()) {
            long records =
                    log.stream()
                            .filter(
                                    r ->
                                            r.topic().equals(p.getTopic())
                                                    && r.partition() == p.getPartition())
                            .count();
            assertEquals(records, p.getRecords());
        }
        assertEquals(
                ROWS + furtherRows(),
                progress().stream().mapToLong(Progress::getRows).max().orElse(0));
    }

    @Test
    void anotherSourceUnderTheSameTaskIsAnErrorThatNamesBoth() throws IOException {
        ExampleSource source = source();
        produce(source, 2);
        ExampleSource other = otherSource();
        String message =
                assertThrows(DataException.class, () -> produce(other, Integer.MAX_VALUE))
                        .toString();
        assertTrue(message.contains(source.sourceHash()), message);
        assertTrue(message.contains(other.sourceHash()), message);
        assertTrue(message.contains(source.name()), message);
    }

    /** Rows that are no examples: bad ones and repetitions. */
    long furtherRows() {
        return 0;
    }

    /**
     * Produces until so many transactions are committed or all rows are done.
     *
     * @return whether all rows are done
     */
    boolean produce(ExampleSource source, int transactions) {
        MockProducer<byte[], byte[]> producer = producer();
        boolean all = produce(source, producer, transactions);
        log.addAll(producer.history());
        producer.consumerGroupOffsetsHistory()
                .forEach(offsets -> offsets.values().forEach(committed::putAll));
        return all;
    }

    private boolean produce(
            ExampleSource source, MockProducer<byte[], byte[]> producer, int transactions) {
        int[] reports = {-1};
        long[] rows = {0};
        new TaskProducer(
                        producer,
                        codec,
                        TOPICS,
                        PARTITIONS,
                        new ProducerConfig("t", 7, 0),
                        Clock.systemUTC(),
                        new RateLimiter(0))
                .run(
                        source,
                        progress(),
                        () ->
                                reports[0] >= transactions
                                        || (source.total() == ExampleSource.ENDLESS
                                                && rows[0] == ROWS + furtherRows()),
                        (done, total) -> {
                            reports[0]++;
                            rows[0] = done;
                        });
        return rows[0] == ROWS + furtherRows();
    }

    private static MockProducer<byte[], byte[]> producer() {
        var bytes = new ByteArraySerializer();
        var producer = new MockProducer<>(Cluster.empty(), true, null, bytes, bytes);
        producer.initTransactions();
        return producer;
    }

    Stream<Example> examples() {
        return Stream.of("belay.t.examples", "belay.t.holdout")
                .flatMap(topic -> events(topic, Example.class).stream());
    }

    <T extends SpecificRecord> List<T> events(String topic, Class<T> type) {
        return log.stream()
                .filter(r -> r.topic().equals(topic))
                .map(r -> codec.decode(topic, r.value(), type))
                .toList();
    }

    Collection<Progress> progress() {
        Map<String, Progress> newest = new LinkedHashMap<>();
        log.stream()
                .filter(r -> r.topic().equals("belay.t.progress"))
                .forEach(
                        r ->
                                newest.put(
                                        new String(r.key(), StandardCharsets.UTF_8),
                                        codec.decode(r.topic(), r.value(), Progress.class)));
        return newest.values();
    }

    /** Every record but progress: topic, partition, id, what it says without its time. */
    private List<String> written() {
        List<String> all = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : log) {
            String place = record.topic() + "-" + record.partition() + " ";
            if (record.topic().equals("belay.t.truth")) {
                Truth truth = codec.decode(record.topic(), record.value(), Truth.class);
                all.add(place + truth.getId() + " " + truth.getLabel());
            } else if (record.topic().equals("belay.dead-letters")) {
                all.add(place + new String(record.value(), StandardCharsets.UTF_8));
            } else if (!record.topic().equals("belay.t.progress")) {
                Example example = codec.decode(record.topic(), record.value(), Example.class);
                all.add(place + example.getId() + " " + example.getSplit() + example.getText());
            }
        }
        return all;
    }
}
