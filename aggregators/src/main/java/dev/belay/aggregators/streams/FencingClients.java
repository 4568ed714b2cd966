package dev.belay.aggregators.streams;

import dev.belay.runtime.clients.ByteConsumer;
import dev.belay.runtime.topics.AccessDeniedException;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * Kafka's clients with two differences. All tasks of a thread write in one transaction, and Streams
 * (4.3.1) lets some of them continue with stores that hold aborted writes.
 *
 * <p>A producer that has aborted a transaction, or whose commit is in doubt, reports that it is
 * fenced. To close one task dirty Streams aborts the transaction, having committed what the others
 * wrote; but while a rebalance is in progress it leaves out that commit ({@code
 * TaskManager.handleCorruption}). A commit that times out it takes for done where no task has
 * offsets to commit, as after a start without new records ({@code
 * TaskExecutor.commitOffsetsOrTransaction}). On a fenced producer it closes all tasks of the thread
 * and resumes them from the last commit.
 *
 * <p>A failed revocation becomes a loss of all partitions. Before it releases tasks Streams
 * commits; where that fails, the new assignment comes first, which closes tasks without offsets as
 * clean, and then the answer to a fenced producer ({@code TaskManager.handleRevocation}).
 */
public class FencingClients implements KafkaClientSupplier {
    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new FencingProducer(config);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new ByteConsumer(config) {
            @Override
            public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
                super.subscribe(topics, new FailedMeansLost(listener));
            }

            @Override
            public void subscribe(Pattern topics, ConsumerRebalanceListener listener) {
                super.subscribe(topics, new FailedMeansLost(listener));
            }
        };
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    /**
     * If the commit before a revocation fails, all tasks are lost before the thread receives its
     * new assignment.
     *
     * @param tasks Streams' own
     */
    private record FailedMeansLost(ConsumerRebalanceListener tasks)
            implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            tasks.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            try {
                tasks.onPartitionsRevoked(partitions);
            } catch (RuntimeException e) {
                try {
                    tasks.onPartitionsLost(partitions);
                } catch (RuntimeException lost) {
                    e.addSuppressed(lost);
                }
                throw e;
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            tasks.onPartitionsLost(partitions);
        }
    }

    /** Belongs to one thread of Streams, like the tasks that write with it. */
    public static class FencingProducer extends KafkaProducer<byte[], byte[]> {
        private static final String WHY =
                "its transaction was aborted or is in doubt, and not for all tasks";

        private final String transactionalId;
        private boolean fenced;

        public FencingProducer(Map<String, Object> config) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
            transactionalId = String.valueOf(config.get("transactional.id"));
        }

        @Override
        public void initTransactions() {
            AccessDeniedException.naming(
                    AclOperation.WRITE, transactionalId, () -> super.initTransactions());
        }

        @Override
        public void abortTransaction() {
            fenced = true; // if that fails the broker will abort it
            super.abortTransaction();
        }

        @Override
        public void beginTransaction() {
            if (fenced) {
                throw new ProducerFencedException(WHY); // Streams expects this one here
            }
            super.beginTransaction();
        }

        /** Comes first in a commit: one without records and offsets begins no transaction. */
        @Override
        public void flush() {
            if (fenced) {
                throw new TaskMigratedException(WHY);
            }
            super.flush();
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
            try {
                AccessDeniedException.naming(
                        AclOperation.READ,
                        transactionalId,
                        () -> super.sendOffsetsToTransaction(offsets, group));
            } catch (TimeoutException e) {
                throw fence(e);
            }
        }

        @Override
        public void commitTransaction() {
            try {
                AccessDeniedException.naming(AclOperation.WRITE, transactionalId, this::commit);
            } catch (TimeoutException e) {
                throw fence(e);
            }
        }

        /** For tests that make it fail. */
        protected void commit() {
            super.commitTransaction();
        }

        private ProducerFencedException fence(TimeoutException e) {
            fenced = true;
            return new ProducerFencedException(WHY + ": " + e.getMessage());
        }
    }
}
