package dev.belay.trainers.labels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LabelReaderTest {
    private static final String TOPIC = "labels";
    private static final int LONG = 10_000;
    private static final int SHORT = 10;
    private static final Duration LATER = Duration.ofSeconds(20);
    private static final List<TopicPartition> BOTH =
            List.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1));

    private final Map<TopicPartition, List<byte[]>> log = new HashMap<>();
    private final LogConsumer consumer = new LogConsumer(TOPIC, 2, log);
    private final List<LabelReader> readers = new ArrayList<>();

    LabelReaderTest() {
        log.put(BOTH.get(0), Collections.nCopies(LONG, new byte[0]));
        log.put(BOTH.get(1), Collections.nCopies(SHORT, new byte[0]));
    }

    @AfterEach
    void close() {
        readers.forEach(LabelReader::close);
    }

    @Test
    void aPartitionOfWhichEnoughWaitsIsNotReadOnBeforeSomeWereTaken() {
        // Given
        LabelReader reader = reader(consumer, LabelReaderTest::read);
        List<Long> offsets = new ArrayList<>();
        while (offsets.size() < LONG) {
            // When nothing is taken for as long as it goes on reading
            untilPausedOrAtTheEnd();
            // Then
            long waits = consumer.position(BOTH.get(0)) - offsets.size();
            assertTrue(waits < LabelReader.ROOM + LogConsumer.A_POLL, waits + " wait");
            assertEquals(0, reader.next(1));
            // and all come in their order
            offsets.addAll(offsets(reader, 0));
        }
        assertEquals(LongStream.range(0, LONG).boxed().toList(), offsets);
        assertEquals(LONG, reader.next(0));
        assertEquals(SHORT, offsets(reader, 1).size());
        assertEquals(LONG + SHORT, consumer.polled());
    }

    @Test
    void afterItWasSentBackNothingComesThatWasReadBefore() {
        // Given
        LabelReader reader = reader(consumer, LabelReaderTest::read);
        assertTrue(reader.await(List.of(0), LATER));
        assertEquals(0, reader.take(0, 30).get(0).offset());
        for (long back : new long[] {5, 2_000, 1_000}) {
            // When
            reader.seek(0, back);
            assertEquals(back, reader.next(0));
            // Then
            List<Long> offsets = new ArrayList<>();
            while (offsets.size() < 3_000) {
                assertTrue(reader.await(List.of(0), LATER));
                offsets.addAll(offsets(reader, 0));
            }
            assertEquals(LongStream.range(back, back + offsets.size()).boxed().toList(), offsets);
        }
    }

    @Test
    void whatNobodyWantsIsPassedOver() {
        // Given: every record but the last is of another run
        LabelReader reader =
                reader(consumer, record -> record.offset() == SHORT - 1 ? read(record) : null);
        // When
        assertTrue(reader.await(List.of(1), LATER));
        // Then
        assertEquals(SHORT - 1, reader.next(1));
        assertEquals(List.of(SHORT - 1L), offsets(reader, 1));
        assertEquals(SHORT, reader.next(1));
    }

    @Test
    void nothingIsWaitedForThatIsNotOnItsWay() {
        // Given
        LabelReader reader = reader(consumer, LabelReaderTest::read);
        assertTrue(reader.await(List.of(1), LATER));
        assertEquals(SHORT, offsets(reader, 1).size());
        while (reader.await(List.of(0), LATER)) {
            reader.take(0, LONG);
        }
        // When
        long begin = System.nanoTime();
        boolean came = reader.await(List.of(0, 1), LATER);
        // Then
        assertFalse(came);
        assertTrue(System.nanoTime() - begin < LATER.toNanos() / 2);
        assertEquals(0, reader.lag());
    }

    @Test
    void aReaderThatFailedTellsWhoeverAsksAndClosesItsConsumer() {
        // Given
        RuntimeException outage = new IllegalStateException("the registry does not answer");
        LabelReader reader =
                reader(
                        consumer,
                        record -> {
                            throw outage;
                        });
        // When
        var told = assertThrows(RuntimeException.class, () -> reader.await(List.of(0), LATER));
        // Then
        assertEquals(outage, told);
        assertEquals(outage, assertThrows(RuntimeException.class, () -> reader.take(1, 1)));
        assertTrue(reader.hasFailed());
        reader.close();
        assertTrue(consumer.closed());
    }

    private LabelReader reader(Consumer<byte[], byte[]> from, LabelReader.Decoder decoder) {
        from.assign(BOTH);
        from.seekToBeginning(BOTH);
        BOTH.forEach(p -> from.seek(p, 0));
        LabelReader reader = new LabelReader(from, BOTH, new long[2], decoder);
        readers.add(reader);
        return reader;
    }

    private static DecodedLabel read(ConsumerRecord<byte[], byte[]> record) {
        var example =
                new LabelledExample("id-" + record.offset(), Input.of(""), 0, new float[] {1, 0});
        return new DecodedLabel.Good(record, Split.STUDENT, 0, example.id(), Map.of(), example);
    }

    private static List<Long> offsets(LabelReader reader, int partition) {
        return reader.take(partition, Integer.MAX_VALUE).stream()
                .map(DecodedLabel::offset)
                .toList();
    }

    private void untilPausedOrAtTheEnd() {
        while (!consumer.paused().contains(BOTH.get(0)) && consumer.position(BOTH.get(0)) < LONG) {
            Thread.onSpinWait();
        }
    }
}
