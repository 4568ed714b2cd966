package dev.belay.trainers.labels;

import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The labels that one model learns from, taken from the {@link LabelFeed} that it shares with
 * others: only selected ones, in the model's own order. Used by the training thread.
 */
public final class LabelSource {
    /** Queued labels of a partition, in micro-epochs, at which no more are needed. */
    private static final int AHEAD = 2;

    /** The same if another model of the feed waits for this partition: a bound for memory. */
    private static final int FAR_AHEAD = 8;

    /** Number of dead letters that are sent before their checkpoint; see {@link #deadLetters}. */
    private static final int MAX_DEAD_LETTERS = 1_000;

    /** The dead letter of an invalid record, and the record's position. */
    private record DeadLetter(int partition, long offset, ProducerRecord<byte[], byte[]> record) {}

    /** A label with the record that holds it. */
    public record Taken(
            LabelledExample example, ConsumerRecord<byte[], byte[]> record, long checkpoint) {
        public int partition() {
            return record.partition();
        }
    }

    private final ModelSpec spec;
    private final ExampleDraw draw;
    private final RoundRobin<Taken> order;
    private final long[] next;
    private final List<DeadLetter> deadLetters = new ArrayList<>();

    /**
     * @param cursor next offset of each partition
     * @param turn partition from which the next example is taken
     * @throws IllegalArgumentException if the spec's share or condition is wrong
     */
    public LabelSource(ModelSpec spec, long[] cursor, int turn) {
        this.spec = spec;
        this.draw = ExampleDraw.of(spec);
        this.order = new RoundRobin<>(cursor, turn);
        this.next = cursor.clone();
    }

    ModelSpec spec() {
        return spec;
    }

    public RoundRobin<Taken> order() {
        return order;
    }

    /** The next offset of a partition that was not offered to this source. */
    public long next(int partition) {
        return next[partition];
    }

    /** Queues a label, unless it was offered before or is not for this model. */
    void offer(DecodedLabel.Good read) {
        int partition = read.partition();
        if (read.offset() < next[partition]) {
            return;
        }
        next[partition] = read.offset() + 1;
        if (read.split() == spec.getSplit() && draw.takes(read.unit(), read.tags())) {
            Taken taken = new Taken(read.example(), read.record(), read.checkpoint());
            order.offer(partition, taken, read.offset());
        }
    }

    /** Whether a label is for a model: of its split, and selected. */
    static boolean draws(ModelSpec spec, DecodedLabel.Good read) {
        return read.split() == spec.getSplit()
                && ExampleDraw.of(spec).takes(read.unit(), read.tags());
    }

    /** Adds the dead letter of an invalid record. */
    void offerDeadLetter(int partition, long offset, ProducerRecord<byte[], byte[]> deadLetter) {
        if (offset >= next[partition]) {
            next[partition] = offset + 1;
            deadLetters.add(new DeadLetter(partition, offset, deadLetter));
        }
    }

    /** Adds the dead letter of a taken example that can't be encoded. */
    void reject(Taken taken, ProducerRecord<byte[], byte[]> deadLetter) {
        deadLetters.add(new DeadLetter(taken.partition(), taken.record().offset(), deadLetter));
    }

    /** Whether it has enough labels of a partition for now. */
    boolean isFull(int partition) {
        return order.waiting(partition) >= AHEAD * spec.getMicroEpoch();
    }

    /** Whether it needs a label of this partition to continue. */
    boolean waitsFor(int partition) {
        return order.waitsFor() == partition;
    }

    /** Whether it needs a label of some partition to continue. */
    boolean isStuck() {
        return order.waitsFor() >= 0;
    }

    /** Whether it has queued far more than it needs, because of others in the feed. */
    boolean isOverfull() {
        for (int p = 0; p < next.length; p++) {
            if (order.waiting(p) > FAR_AHEAD * spec.getMicroEpoch()) {
                return true;
            }
        }
        return false;
    }

    /** Labels that were read and not learned from yet. */
    long waiting() {
        long waiting = 0;
        for (int p = 0; p < next.length; p++) {
            waiting += order.waiting(p);
        }
        return waiting;
    }

    /**
     * Removes and returns the dead letters of a checkpoint written now: those below its cursor,
     * because a resumed model reads the records above it again. If the labels are exhausted, all.
     */
    public List<ProducerRecord<byte[], byte[]>> deadLetters() {
        long[] cursor = order.cursor();
        boolean all = order.exhausted();
        List<ProducerRecord<byte[], byte[]>> due = new ArrayList<>();
        deadLetters.removeIf(
                deadLetter -> {
                    boolean isDue = all || deadLetter.offset() < cursor[deadLetter.partition()];
                    if (isDue) {
                        due.add(deadLetter.record());
                    }
                    return isDue;
                });
        return due;
    }

    /**
     * Removes and returns all dead letters if there are too many to keep in memory until their
     * checkpoint, else none. After a restart these are sent twice, which is better than losing
     * them.
     */
    public List<ProducerRecord<byte[], byte[]>> excessDeadLetters() {
        if (deadLetters.size() < MAX_DEAD_LETTERS) {
            return List.of();
        }
        List<ProducerRecord<byte[], byte[]>> all =
                deadLetters.stream().map(DeadLetter::record).toList();
        deadLetters.clear();
        return all;
    }

    @Override
    public String toString() {
        return "LabelSource[" + spec.getId() + " next=" + Arrays.toString(next) + "]";
    }
}
