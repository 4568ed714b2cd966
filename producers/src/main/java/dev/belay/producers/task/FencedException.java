package dev.belay.producers.task;

import dev.belay.runtime.clients.UnknownOutcome;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidTxnStateException;

/**
 * The broker no longer accepts a producer: its transaction timed out at the coordinator, perhaps
 * while the broker restarted, or another producer has the same transactional id. The broker's
 * answers are the same in these cases.
 */
final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long rows;

    private FencedException(long rows, KafkaException cause) {
        super(cause);
        this.rows = rows;
    }

    /**
     * This exception if the failure means it, else the failure.
     *
     * @param rows of the source that the producer has sent, those of its last transaction included
     */
    static RuntimeException of(KafkaException failure, long rows) {
        if (UnknownOutcome.isIn(failure)) {
            return new FencedException(rows, failure);
        }
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof ApplicationRecoverableException // fenced, epoch, id mapping
                    || e instanceof InvalidTxnStateException) { // aborted when the broker restarted
                return new FencedException(rows, failure);
            }
        }
        return failure;
    }

    long rows() {
        return rows;
    }
}
