package dev.belay.trainers.labels;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads and decodes a labels topic on its own thread, the only one that uses the consumer. Decoded
 * records are queued by partition in offset order for the training thread, which decides what is
 * learned and in which order.
 *
 * <p>Memory is bounded: a partition with {@link #ROOM} queued records is paused until some are
 * taken, so at most {@code ROOM - 1} plus the records of one poll are queued per partition.
 *
 * <p>After a failure it reads no more, and {@link #take} and {@link #await} throw the failure.
 */
final class LabelReader implements AutoCloseable {
    /** Queued records at which a partition is paused. */
    static final int ROOM = 1_024;

    /**
     * Consumer settings, in addition to the user's. A broker serves one fetch at a time: a fetch
     * that waits at the end of some partitions delays the others, by half a second with the
     * default.
     */
    static final Map<String, Object> CONSUMER =
            Map.of("max.poll.records", 1_024, "fetch.max.wait.ms", 25);

    /** Timeout of a poll. */
    private static final Duration POLL = Duration.ofMillis(250);

    private static final long CLOSE_WITHIN_MS = 10_000;
    private static final long NOT_ASKED = -1;
    private static final long UNKNOWN = -1;

    /** Decodes a record, on the reading thread; null: ignored. */
    @FunctionalInterface
    interface Decoder {
        @Nullable DecodedLabel decode(ConsumerRecord<byte[], byte[]> record);
    }

    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Decoder decoder;
    private final Thread thread;

    // all below is guarded by this
    private final List<Deque<DecodedLabel>> waiting = new ArrayList<>();

    /** The consumer's position: all records before it were taken or are queued. */
    private final long[] position;

    /** Records in the topic from the position on, or UNKNOWN. */
    private final long[] lag;

    /** Pending seek, or NOT_ASKED. */
    private final long[] seek;

    private final boolean[] paused;
    private @Nullable RuntimeException failure;
    private boolean closing;

    /**
     * Starts to read.
     *
     * @param consumer with these partitions assigned; from now on used and closed by this only
     * @param partitions 0, 1 and so on of one topic
     * @param position next offset to read of each
     */
    LabelReader(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            long[] position,
            Decoder decoder) {
        this.consumer = consumer;
        this.partitions = List.copyOf(partitions);
        this.decoder = decoder;
        this.position = position.clone();
        this.seek = position.clone();
        this.lag = new long[position.length];
        Arrays.fill(lag, UNKNOWN);
        this.paused = new boolean[position.length];
        this.partitions.forEach(p -> waiting.add(new ArrayDeque<>()));
        this.thread = new Thread(this::run, "trainer-read-" + partitions.get(0).topic());
        thread.setDaemon(true);
        thread.start();
    }

    /** Removes and returns up to {@code most} records of a partition, in offset order. */
    synchronized List<DecodedLabel> take(int partition, int most) {
        throwFailure();
        Deque<DecodedLabel> queue = waiting.get(partition);
        int count = Math.min(most, queue.size());
        List<DecodedLabel> taken = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            taken.add(queue.remove());
        }
        if (paused[partition] && queue.size() < ROOM) {
            paused[partition] = false;
            consumer.wakeup(); // it may be blocked in a poll of other partitions
        }
        return taken;
    }

    /**
     * Waits until one of these partitions has a record to take; returns early if the topic is known
     * to have none.
     *
     * @return whether one has
     */
    synchronized boolean await(Collection<Integer> wanted, Duration atMost) {
        long begin = System.nanoTime();
        while (true) {
            throwFailure();
            if (wanted.stream().anyMatch(p -> !waiting.get(p).isEmpty())) {
                return true;
            }
            long left = atMost.toNanos() - (System.nanoTime() - begin);
            if (left <= 0 || wanted.stream().allMatch(p -> lag[p] == 0)) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** Offset of the next record of a partition to be taken. */
    synchronized long next(int partition) {
        DecodedLabel first = waiting.get(partition).peek();
        return first == null ? position[partition] : first.offset();
    }

    /** Continues a partition at an earlier or later offset. */
    synchronized void seek(int partition, long offset) {
        waiting.get(partition).clear();
        position[partition] = offset;
        seek[partition] = offset;
        lag[partition] = UNKNOWN;
        consumer.wakeup();
    }

    /** Records that were not taken yet, as far as known. */
    synchronized long lag() {
        long all = 0;
        for (int p = 0; p < position.length; p++) {
            all += Math.max(0, lag[p]) + waiting.get(p).size();
        }
        return all;
    }

    synchronized boolean hasFailed() {
        return failure != null;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        consumer.wakeup();
        try {
            thread.join(CLOSE_WITHIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (follow()) {
                ConsumerRecords<byte[], byte[]> records = poll();
                for (TopicPartition p : records.partitions()) {
                    keep(p.partition(), records.records(p));
                }
                lookWhereItStands();
            }
        } catch (RuntimeException | Error e) { // thrown in the training thread
            synchronized (this) {
                failure =
                        e instanceof RuntimeException known
                                ? known
                                : new IllegalStateException(thread.getName() + " has failed", e);
                notifyAll();
            }
        }
    }

    /** Applies seeks and pauses; false when closing. */
    private synchronized boolean follow() {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (TopicPartition p : partitions) {
            int i = p.partition();
            if (seek[i] != NOT_ASKED && !closing) {
                consumer.seek(p, seek[i]);
                seek[i] = NOT_ASKED;
            }
            paused[i] = waiting.get(i).size() >= ROOM;
            (paused[i] ? pause : resume).add(p);
        }
        consumer.resume(resume);
        consumer.pause(pause);
        return !closing;
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            return consumer.poll(POLL);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        }
    }

    private void keep(int partition, List<ConsumerRecord<byte[], byte[]>> records) {
        List<DecodedLabel> reads = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            DecodedLabel read = decoder.decode(record);
            if (read != null) {
                reads.add(read);
            }
        }
        synchronized (this) {
            if (seek[partition] == NOT_ASKED) { // else a seek is pending
                waiting.get(partition).addAll(reads);
                position[partition] = records.get(records.size() - 1).offset() + 1;
                notifyAll();
            }
        }
    }

    /**
     * Updates positions and lags; positions may be beyond the last record (transaction markers).
     */
    private void lookWhereItStands() {
        long[] stands = new long[position.length];
        long[] behind = new long[position.length];
        try {
            for (TopicPartition p : partitions) {
                stands[p.partition()] = consumer.position(p);
                behind[p.partition()] = consumer.currentLag(p).orElse(UNKNOWN);
            }
        } catch (WakeupException e) {
            return; // no position yet: after the next poll
        }
        synchronized (this) {
            for (int p = 0; p < position.length; p++) {
                if (seek[p] == NOT_ASKED) {
                    position[p] = stands[p];
                    lag[p] = behind[p];
                }
            }
            notifyAll();
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }
}
