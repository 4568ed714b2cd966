package dev.belay.labelers.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final TopicPartition PARTITION = new TopicPartition("examples", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

    @Test
    void partitionOfWhichNothingWasCommittedBeginsAtOffsetZero() {
        Inbox inbox = inbox(0, false);
        add(0);
        inbox.poll(Duration.ZERO);
        assertEquals(0, inbox.queue(0).element().offset());
    }

    @Test
    void partitionWhoseBeginningIsGoneIsAnErrorAndNotRead() {
        Inbox inbox = inbox(5, false);
        add(5);
        var e = assertThrows(OffsetOutOfRangeException.class, () -> inbox.poll(Duration.ZERO));
        assertEquals(Map.of(PARTITION, 0L), e.offsetOutOfRangePartitions());
        assertEquals(0, inbox.queue(0).size());
    }

    @Test
    void streamThatMayBeginLateBeginsAtTheFirstOffsetThereIs() {
        Inbox inbox = inbox(5, true);
        add(5);
        inbox.poll(Duration.ZERO);
        assertEquals(5, inbox.queue(0).element().offset());
    }

    @Test
    void committedOffsetThatIsGoneIsAnErrorEvenIfTheStreamMayBeginLate() {
        Inbox inbox = inbox(0, true);
        consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(3)));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 5L));
        add(5);
        inbox.rewind();
        assertThrows(OffsetOutOfRangeException.class, () -> inbox.poll(Duration.ZERO));
    }

    private Inbox inbox(long first, boolean mayBeginLate) {
        consumer.updateBeginningOffsets(Map.of(PARTITION, first));
        Inbox inbox = new Inbox(consumer, PARTITION.topic(), 10, partition -> mayBeginLate);
        consumer.rebalance(List.of(PARTITION));
        return inbox;
    }

    private void add(long offset) {
        consumer.addRecord(
                new ConsumerRecord<>(PARTITION.topic(), 0, offset, new byte[] {1}, new byte[0]));
    }
}
