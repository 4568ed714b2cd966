package dev.belay.aggregators.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TimedRecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("belay.models", 0);

    @Test
    void whatHasNoTimeGetsOneAndAllElseStays() {
        ConsumerRecord<byte[], byte[]> timeless = record(0, -1);
        ConsumerRecord<byte[], byte[]> timed = record(1, 5);

        ConsumerRecords<byte[], byte[]> out = consumed(timeless, timed);

        assertEquals(0, out.records(PARTITION).get(0).timestamp());
        assertSame(timeless.value(), out.records(PARTITION).get(0).value());
        assertSame(timed, out.records(PARTITION).get(1));
    }

    private static ConsumerRecords<byte[], byte[]> consumed(
            ConsumerRecord<byte[], byte[]> first, ConsumerRecord<byte[], byte[]> second) {
        try (TimedRecords interceptor = new TimedRecords()) {
            return interceptor.onConsume(
                    new ConsumerRecords<>(Map.of(PARTITION, List.of(first, second)), Map.of()));
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long timestampMs) {
        return new ConsumerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                offset,
                timestampMs,
                TimestampType.CREATE_TIME,
                0,
                1,
                new byte[0],
                new byte[1],
                new RecordHeaders(),
                Optional.empty());
    }
}
