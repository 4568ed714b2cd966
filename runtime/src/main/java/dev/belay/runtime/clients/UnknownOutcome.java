package dev.belay.runtime.clients;

import org.apache.kafka.common.KafkaException;

/**
 * Failures after which it is not known whether a transaction was committed, and that Kafka's
 * clients have no exception for: its writer has to go on from what is committed, with a new
 * producer.
 */
public final class UnknownOutcome {
    private UnknownOutcome() {}

    /**
     * Whether a failure is, or is caused by, a broker's unexpected error at the end of a
     * transaction. Kafka 4.3.1 answers so where it was about to abort the transaction, or to fence
     * its producer, when the commit arrived; the producer throws a plain {@link KafkaException}.
     */
    public static boolean isIn(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e.getClass() == KafkaException.class
                    && String.valueOf(e.getMessage())
                            .startsWith("Unhandled error in EndTxnResponse")) {
                return true;
            }
        }
        return false;
    }
}
