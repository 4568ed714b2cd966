package dev.belay.trainers.fleet;

import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership of a group of trainers: the owner of a partition of {@code belay.models} owns the
 * models in it. Polls on its own thread, so that a long micro-epoch does not time out the
 * membership. Reads no records; the specs come from a table.
 */
final class Ownership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /** How long a rebalance waits for the running micro-epoch; a longer one is fenced. */
    private static final Duration HAND_OVER = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final Set<Integer> owned = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable CountDownLatch> handOver = new AtomicReference<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean joined;
    private volatile boolean closing;

    Ownership(Clients clients, String group) {
        // cooperative: models of kept partitions train on during a rebalance
        consumer =
                clients.consumer(
                        group,
                        group + "-" + clients.settings().instance(),
                        Map.of(
                                "partition.assignment.strategy",
                                CooperativeStickyAssignor.class.getName(),
                                "auto.offset.reset", // unused: it reads no records
                                "earliest"));
        consumer.subscribe(Set.of(clients.topics().models()), new Rebalance());
        thread = new Thread(this::poll, "trainer-membership");
        thread.start();
    }

    /**
     * The models that this process owns.
     *
     * @param partitions of {@code belay.models}
     * @param handOver not null while a rebalance waits until models of other partitions are
     *     released
     */
    record Share(Set<Integer> partitions, @Nullable CountDownLatch handOver) {
        /** Whether Kafka's default partitioner puts the model's id into one of them. */
        boolean has(String model) {
            int partition =
                    Utils.toPositive(Utils.murmur2(Utils.utf8(model))) % Topics.MODEL_PARTITIONS;
            return partitions.contains(partition);
        }

        /** The training thread has released all models that are not in this share. */
        void released() {
            if (handOver != null) {
                handOver.countDown();
            }
        }
    }

    Share share() {
        RuntimeException e = failure.get();
        if (e != null) {
            throw e;
        }
        // the latch first: a rebalance sets it after it has revoked partitions
        CountDownLatch waiting = handOver.get();
        return new Share(Set.copyOf(owned), waiting);
    }

    /** Whether the group has assigned partitions (possibly none). */
    boolean joined() {
        return joined;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        CountDownLatch waiting = handOver.get();
        if (waiting != null) {
            waiting.countDown();
        }
        try {
            thread.join(HAND_OVER.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        try (consumer) {
            while (!closing) {
                consumer.poll(POLL);
            }
        } catch (WakeupException e) {
            if (!closing) {
                failure.set(e);
            }
        } catch (RuntimeException e) { // thrown in the training thread by share()
            failure.set(e);
        } finally {
            owned.clear();
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(consumer.assignment());
            partitions.forEach(p -> owned.add(p.partition()));
            joined = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(p -> owned.remove(p.partition()));
            CountDownLatch gone = new CountDownLatch(1);
            handOver.set(gone);
            if (closing || partitions.isEmpty()) {
                return;
            }
            try {
                if (!gone.await(HAND_OVER.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.warn("the running micro-epoch took over {}: it will be fenced", HAND_OVER);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(p -> owned.remove(p.partition()));
        }
    }
}
