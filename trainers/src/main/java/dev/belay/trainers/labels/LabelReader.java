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
 * Reads and decodes a labels topic on a thread of its own, which alone touches the consumer, while
 * training goes on. What it has read waits here, partition by partition and in offset order, for
 * the one other thread that takes it: what is learned from, and in which order, is decided there.
 *
 * <p>Memory is bounded: a partition of which {@link #ROOM} records wait is not read on before some
 * were taken, so at most {@code ROOM - 1} and a poll wait of each.
 *
 * <p>A reader that failed reads no more, and whoever asks it for anything is told why.
 */
final class LabelReader implements AutoCloseable {
    /** Records of a partition that may wait before it is paused. */
    static final int ROOM = 1_024;

    /**
     * Settings of its consumer beside the user's. A broker gets one fetch at a time: one that waits
     * for news of a partition read to its end holds up those that are not, half a second by
     * default.
     */
    static final Map<String, Object> CONSUMER =
            Map.of("max.poll.records", 1_024, "fetch.max.wait.ms", 25);

    /** Between two looks at a topic in which nothing happens. */
    private static final Duration QUIET = Duration.ofMillis(250);

    private static final long CLOSE_WITHIN_MS = 10_000;
    private static final long NOT_ASKED = -1;
    private static final long UNKNOWN = -1;

    /** Looks at a record once, on the reading thread; null if nobody wants it. */
    @FunctionalInterface
    interface Decoder {
        @Nullable DecodedLabel decode(ConsumerRecord<byte[], byte[]> record);
    }

    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Decoder decoder;
    private final Thread thread;

    // all below are guarded by this
    private final List<Deque<DecodedLabel>> waiting = new ArrayList<>();

    /** Where the consumer stands: all before it was taken or waits. */
    private final long[] position;

    /** Records in the topic from the position on, or UNKNOWN. */
    private final long[] lag;

    /** Where the consumer has yet to go, or NOT_ASKED. */
    private final long[] seek;

    private final boolean[] paused;
    private @Nullable RuntimeException failure;
    private boolean closing;

    /**
     * Begins to read.
     *
     * @param consumer that only this uses from now on, and closes; these partitions are assigned
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

    /** Hands out up to so many records of a partition, in offset order. */
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
            consumer.wakeup(); // it may be waiting for the other partitions
        }
        return taken;
    }

    /**
     * Waits until there is something to take of one of these partitions, as long as something is
     * known to be on its way.
     *
     * @return whether there is
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

    /** The next offset of a partition that was not taken; nothing of interest is before it. */
    synchronized long next(int partition) {
        DecodedLabel first = waiting.get(partition).peek();
        return first == null ? position[partition] : first.offset();
    }

    /** Goes back, or on, to an offset of a partition. */
    synchronized void seek(int partition, long offset) {
        waiting.get(partition).clear();
        position[partition] = offset;
        seek[partition] = offset;
        lag[partition] = UNKNOWN;
        consumer.wakeup();
    }

    /** Records that were not taken yet, as far as that is known. */
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
        } catch (RuntimeException | Error e) { // handed to the thread that takes
            synchronized (this) {
                failure =
                        e instanceof RuntimeException known
                                ? known
                                : new IllegalStateException(thread.getName() + " has died", e);
                notifyAll();
            }
        }
    }

    /** Does what was asked for in the meantime; false when that is to end. */
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
            return consumer.poll(QUIET);
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
            if (seek[partition] == NOT_ASKED) { // else it is to be read again
                waiting.get(partition).addAll(reads);
                position[partition] = records.get(records.size() - 1).offset() + 1;
                notifyAll();
            }
        }
    }

    /** Also past what is no record: the marks where transactions ended. */
    private void lookWhereItStands() {
        long[] stands = new long[position.length];
        long[] behind = new long[position.length];
        try {
            for (TopicPartition p : partitions) {
                stands[p.partition()] = consumer.position(p);
                behind[p.partition()] = consumer.currentLag(p).orElse(UNKNOWN);
            }
        } catch (WakeupException e) {
            return; // it has no position yet; after the next poll
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
