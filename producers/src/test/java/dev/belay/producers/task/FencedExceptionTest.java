package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class FencedExceptionTest {
    @Test
    void whatEndsAProducerButNotItsTaskIsOneAndAllElseIsTheFailureItself() {
        for (KafkaException failure :
                new KafkaException[] {
                    new ProducerFencedException("newer"),
                    new KafkaException("commit", new InvalidTxnStateException("aborted")),
                    new KafkaException("Unhandled error in EndTxnResponse: unexpected error")
                }) {
            var fenced = assertInstanceOf(FencedException.class, FencedException.of(failure, 7));
            assertEquals(7, fenced.rows());
            assertSame(failure, fenced.getCause());
        }
        var large = new RecordTooLargeException("large");
        assertSame(large, FencedException.of(large, 7));
    }
}
