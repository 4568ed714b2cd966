package dev.belay.runtime.clients;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.junit.jupiter.api.Test;

class UnknownOutcomeTest {
    @Test
    void anUnexpectedErrorAtTheEndOfATransactionIsOneAndOtherFailuresAreNot() {
        String message =
                "Unhandled error in EndTxnResponse: The server experienced an unexpected error when"
                        + " processing the request.";
        assertTrue(UnknownOutcome.isIn(new KafkaException(message)));
        assertTrue(
                UnknownOutcome.isIn(
                        new KafkaException(
                                "Cannot execute transactional method because we are in an error"
                                        + " state",
                                new KafkaException(message))));
        assertFalse(UnknownOutcome.isIn(new KafkaException("Unhandled error in AddOffsetsToTxn")));
        assertFalse(UnknownOutcome.isIn(new AuthorizationException(message)));
    }
}
