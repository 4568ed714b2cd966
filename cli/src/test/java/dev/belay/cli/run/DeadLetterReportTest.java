package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

class DeadLetterReportTest {
    private static final TopicPartition LETTERS = new TopicPartition("belay.dead-letters", 0);
    private static final String LABELS = "belay.task.labels.x.crowd.0";

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

    @Test
    void deadLettersAreCountedByLabelerWithTheReasonOfTheLast() {
        // Given two invalid labels, one of which trainers reject too, and one of another task
        DeadLetters labeler = new DeadLetters(clients, "labeler-specs");
        DeadLetters trainer = new DeadLetters(clients, "trainer");
        consumer.updatePartitions(
                LETTERS.topic(),
                List.of(
                        new PartitionInfo(
                                LETTERS.topic(), 0, Node.noNode(), new Node[0], new Node[0])));
        consumer.updateBeginningOffsets(Map.of(LETTERS, 0L));
        consumer.updateEndOffsets(Map.of(LETTERS, 4L));
        consumer.schedulePollTask(
                () -> {
                    letter(0, labeler.of(found(LABELS, 3), "found NaN"));
                    letter(1, trainer.of(found(LABELS, 3), "found NaN"));
                    letter(2, labeler.of(found(LABELS, 5), "expected 2 probabilities, found 3"));
                    letter(3, labeler.of(found("belay.other.labels.x.crowd.0", 9), "no"));
                });
        // When
        List<String> lines =
                DeadLetterReport.lines(
                        consumer,
                        LETTERS.topic(),
                        Map.of(LABELS, "labels by x/crowd#0@0", "belay.task.truth", "truth"));
        // Then
        assertEquals(
                List.of(
                        "dead letters of labels by x/crowd#0@0: 2 (topic "
                                + LABELS
                                + "), the last of partition 1, offset 5: expected 2"
                                + " probabilities, found 3"),
                lines);
    }

    private static ConsumerRecord<byte[], byte[]> found(String topic, long offset) {
        return new ConsumerRecord<>(topic, 1, offset, new byte[] {1}, new byte[] {2});
    }

    private void letter(long offset, ProducerRecord<byte[], byte[]> letter) {
        consumer.addRecord(
                new ConsumerRecord<>(
                        LETTERS.topic(),
                        0,
                        offset,
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
