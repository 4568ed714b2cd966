package dev.belay.labelers.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final KafkaException unknown =
            new KafkaException("Unhandled error in EndTxnResponse: whatever");

    private static final ConsumerGroupMetadata GROUP =
            new MockConsumer<byte[], byte[]>("none").groupMetadata();

    private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();

    @Test
    void afterAnUnknownOutcomeItGoesOnWithANewProducer() {
        try (Outbox outbox = outbox(2)) {
            assertFalse(commit(outbox));
            assertFalse(commit(outbox));
            assertTrue(commit(outbox));
            assertEquals(3, producers.size());
        }
    }

    @Test
    void unknownOutcomesInARowAreAnErrorThatLasts() {
        try (Outbox outbox = outbox(Integer.MAX_VALUE)) {
            for (int i = 0; i < Outbox.MOST_UNKNOWN; i++) {
                assertFalse(commit(outbox));
            }
            assertSame(unknown, assertThrows(KafkaException.class, () -> commit(outbox)));
        }
    }

    private static boolean commit(Outbox outbox) {
        TransactionBatch batch = new TransactionBatch();
        batch.add(new ProducerRecord<>("labels", new byte[] {1}, new byte[] {1}));
        return outbox.commit(batch, GROUP);
    }

    /** One whose first producers do not know the outcome of their transactions. */
    private Outbox outbox(int failing) {
        return new Outbox(
                () -> {
                    var producer =
                            new MockProducer<>(
                                    true,
                                    null,
                                    new ByteArraySerializer(),
                                    new ByteArraySerializer());
                    producer.commitTransactionException =
                            producers.size() < failing ? unknown : null;
                    producers.add(producer);
                    return producer;
                });
    }
}
