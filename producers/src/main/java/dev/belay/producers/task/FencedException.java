package dev.belay.producers.task;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;

/**
 * The broker no longer accepts a producer: its transaction timed out at the coordinator, or another
 * producer has the same transactional id. The broker's answer is the same in both cases.
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
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof ApplicationRecoverableException) { // fenced, epoch, id mapping
                return new FencedException(rows, failure);
            }
        }
        return failure;
    }

    long rows() {
        return rows;
    }
}
