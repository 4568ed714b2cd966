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
 * Membership of one trainers' group: owning a partition of {@code belay.models} is owning the
 * models in it. Polls on a thread of its own, so that a long micro-epoch never looks like a dead
 * trainer. It reads no records: the specs come from a table.
 */
final class Ownership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /** How long a rebalance waits for the micro-epoch in hand; what takes longer is fenced. */
    private static final Duration HAND_OVER = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final Set<Integer> owned = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable CountDownLatch> handOver = new AtomicReference<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean joined;
    private volatile boolean closing;

    Ownership(Clients clients, String group) {
        // cooperative: those who keep a partition train on while another one is handed over
        consumer =
                clients.consumer(
                        group,
                        group + "-" + clients.settings().instance(),
                        Map.of(
                                "partition.assignment.strategy",
                                CooperativeStickyAssignor.class.getName(),
                                "auto.offset.reset", // positions mean nothing: it reads no records
                                "earliest"));
        consumer.subscribe(Set.of(clients.topics().models()), new Rebalance());
        thread = new Thread(this::poll, "trainer-membership");
        thread.start();
    }

    /**
     * What is ours now.
     *
     * @param partitions of {@code belay.models}
     * @param handOver not null while a rebalance waits for models in other partitions
     */
    record Share(Set<Integer> partitions, @Nullable CountDownLatch handOver) {
        /** Whether a model is in one of them, where Kafka's default partitioner puts its id. */
        boolean has(String model) {
            int partition =
                    Utils.toPositive(Utils.murmur2(Utils.utf8(model))) % Topics.MODEL_PARTITIONS;
            return partitions.contains(partition);
        }

        /** The training thread has let go of all models that are not in this share. */
        void letGo() {
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
        // the latch first: a rebalance sets it after it has taken partitions away
        CountDownLatch waiting = handOver.get();
        return new Share(Set.copyOf(owned), waiting);
    }

    /** Whether the group has given us our share (possibly none). */
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
        } catch (RuntimeException e) { // handed to the training thread by share()
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
                    LOG.warn("the micro-epoch in hand took over {}: it will be fenced", HAND_OVER);
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
