package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.settings.Settings;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class UnencodableExamplesTest {
    private static final TopicPartition LETTERS = new TopicPartition("belay.dead-letters", 0);

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final DeadLetters evaluator = new DeadLetters(clients, "evaluator");
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private long next;

    @Test
    void examplesAreCountedOnceForModelsThatCannotEncodeThem() {
        // Given
        consumer.updatePartitions(
                LETTERS.topic(),
                List.of(
                        new PartitionInfo(
                                LETTERS.topic(), 0, Node.noNode(), new Node[0], new Node[0])));
        consumer.updateBeginningOffsets(Map.of(LETTERS, 0L));
        UnencodableExamples unpredicted =
                new UnencodableExamples(
                        consumer, LETTERS.topic(), clients.topics().holdout("task"));
        assertFalse(unpredicted.poll());
        // When
        letter(evaluator.notEncoded(found("belay.task.holdout", 3), "a", "bad"));
        letter(evaluator.notEncoded(found("belay.task.holdout", 3), "a", "bad")); // a restart
        letter(evaluator.notEncoded(found("belay.task.holdout", 3), "b", "bad"));
        letter(evaluator.notEncoded(found("belay.task.holdout", 4), "b", "bad"));
        letter(evaluator.notEncoded(found("belay.other.holdout", 5), "a", "bad"));
        letter(evaluator.of(found("belay.task.holdout", 6), "cannot be read"));
        // Then
        assertTrue(unpredicted.poll());
        assertEquals(1, unpredicted.count(List.of("a")));
        assertEquals(2, unpredicted.count(List.of("a", "b", "c")));
        assertEquals(0, unpredicted.count(List.of("c")));
    }

    private static ConsumerRecord<byte[], byte[]> found(String topic, long offset) {
        return new ConsumerRecord<>(topic, 1, offset, new byte[] {1}, new byte[] {2});
    }

    private void letter(ProducerRecord<byte[], byte[]> letter) {
        consumer.addRecord(
                new ConsumerRecord<>(
                        LETTERS.topic(),
                        0,
                        next++,
                        0,
                        TimestampType.CREATE_TIME,
                        -1,
                        -1,
                        letter.key(),
                        letter.value(),
                        letter.headers(),
                        Optional.empty()));
    }
}
