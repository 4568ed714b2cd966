package dev.belay.labelers.records;

import dev.belay.runtime.clients.UnknownOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits batches, each in a transaction. After a failure that passes (fenced, partitions lost, no
 * answer in time) the next call begins with a new producer, whose {@code initTransactions} ends
 * whatever was left open. Belongs to one thread.
 */
public final class Outbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private static final List<Class<? extends KafkaException>> PASSING =
            List.of(
                    ApplicationRecoverableException.class, // fenced, epoch, generation, member
                    RetriableException.class, // timeouts: whether it was committed is asked anew
                    CommitFailedException.class,
                    InvalidTxnStateException.class, // aborted when the broker restarted
                    RebalanceInProgressException.class,
                    OutOfOrderSequenceException.class,
                    TransactionAbortableException.class,
                    TransactionAbortedException.class);

    /** Commits in a row whose outcome is not known before the error is one that lasts. */
    static final int MOST_UNKNOWN = 5;

    private final Supplier<Producer<byte[], byte[]>> producers;
    private int unknown; // in a row
    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * @param producers makes transactional producers, all with the same transactional id
     */
    public Outbox(Supplier<Producer<byte[], byte[]>> producers) {
        this.producers = producers;
    }

    /**
     * Ends what a predecessor with the same transactional id left open. Do it before reading
     * committed offsets.
     *
     * @return false when that did not work now; the next call tries again
     */
    public boolean open() {
        try {
            opened();
            return true;
        } catch (KafkaException e) {
            return passes(e);
        }
    }

    /**
     * Commits all of it, or nothing.
     *
     * @return false when it was not committed, or that is not known: go on from the committed
     *     offsets
     * @throws KafkaException what would fail again, or has {@link #MOST_UNKNOWN} times
     */
    public boolean commit(TransactionBatch batch, ConsumerGroupMetadata group) {
        try {
            Producer<byte[], byte[]> open = opened();
            open.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : batch.records()) {
                Future<?> unused = open.send(record); // commitTransaction throws what failed
            }
            open.sendOffsetsToTransaction(batch.offsets(), group);
            open.commitTransaction();
            unknown = 0;
            return true;
        } catch (KafkaException e) {
            return passes(e);
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close();
        }
    }

    private Producer<byte[], byte[]> opened() {
        if (producer == null) {
            Producer<byte[], byte[]> fresh = producers.get();
            producer = fresh;
            fresh.initTransactions();
        }
        return producer;
    }

    /** False for a failure that passes; else throws it. */
    private boolean passes(KafkaException failure) {
        discard(failure);
        if (UnknownOutcome.isIn(failure) && ++unknown <= MOST_UNKNOWN) {
            LOG.warn(
                    "nothing was committed, or it is not known: going on from what was: {}",
                    String.valueOf(failure));
            return false;
        }
        for (Throwable e = failure; e != null; e = e.getCause()) {
            for (Class<?> type : PASSING) {
                if (type.isInstance(e)) {
                    LOG.warn("nothing was committed, going on from what was: {}{}", e, hint(e));
                    return false;
                }
            }
        }
        throw failure;
    }

    private static String hint(Throwable failure) {
        return failure instanceof ProducerFencedException
                ? " If this repeats, another process has the same setting 'instance': give each its"
                        + " own, or leave it unset."
                : "";
    }

    private void discard(KafkaException failure) {
        Producer<byte[], byte[]> broken = producer;
        producer = null;
        if (broken == null) {
            return;
        }
        try {
            broken.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            failure.addSuppressed(e); // fenced or not begun: nothing to abort
        }
        broken.close(Duration.ZERO);
    }
}
