package dev.belay.trainers.labels;

import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The labels that one model learns from, as they come from the {@link LabelFeed} it shares with
 * others: without what is not drawn, and in the model's own order. Belongs to the training thread.
 */
public final class LabelSource {
    /** Labels waiting in one partition before it need not be read on, in micro-epochs. */
    private static final int AHEAD = 2;

    /** The same where another model of the feed waits for this partition: a bound for memory. */
    private static final int FAR_AHEAD = 8;

    /** Letters that are sent before the checkpoint they belong to; see {@link #letters}. */
    private static final int MANY_LETTERS = 1_000;

    /** A record that can't be learned from, and where it stood. */
    private record Letter(int partition, long offset, ProducerRecord<byte[], byte[]> record) {}

    /** A label with the record that holds it. */
    public record Taken(
            LabelledExample example, ConsumerRecord<byte[], byte[]> record, long checkpoint) {
        public int partition() {
            return record.partition();
        }
    }

    private final ModelSpec spec;
    private final RoundRobin<Taken> order;
    private final long[] next;
    private final List<Letter> letters = new ArrayList<>();

    /**
     * @param cursor next offset of each partition
     * @param turn the partition whose turn it is
     */
    public LabelSource(ModelSpec spec, long[] cursor, int turn) {
        this.spec = spec;
        this.order = new RoundRobin<>(cursor, turn);
        this.next = cursor.clone();
    }

    ModelSpec spec() {
        return spec;
    }

    public RoundRobin<Taken> order() {
        return order;
    }

    /** The next offset of a partition that this source has not been offered. */
    public long next(int partition) {
        return next[partition];
    }

    /** Takes a label in, unless it was offered before or is not for this model. */
    void offer(DecodedLabel.Good read) {
        int partition = read.partition();
        if (read.offset() < next[partition]) {
            return;
        }
        next[partition] = read.offset() + 1;
        if (draws(spec, read)) {
            Taken taken = new Taken(read.example(), read.record(), read.checkpoint());
            order.offer(partition, taken, read.offset());
        }
    }

    /** Whether a label is for a model: of its split, and drawn. */
    static boolean draws(ModelSpec spec, DecodedLabel.Good read) {
        return read.split() == spec.getSplit()
                && IdHash.drawn(spec.getSeed(), read.unit(), spec.getDrawBelow());
    }

    /** Takes in that a record can't be learned from. */
    void offerLetter(int partition, long offset, ProducerRecord<byte[], byte[]> letter) {
        if (offset >= next[partition]) {
            next[partition] = offset + 1;
            letters.add(new Letter(partition, offset, letter));
        }
    }

    /** Takes in that an example that was taken can't be learned from. */
    void reject(Taken taken, ProducerRecord<byte[], byte[]> letter) {
        letters.add(new Letter(taken.partition(), taken.record().offset(), letter));
    }

    /** Whether it has enough of a partition for now. */
    boolean isFull(int partition) {
        return order.waiting(partition) >= AHEAD * spec.getMicroEpoch();
    }

    /** Whether it can't go on before more of this partition comes. */
    boolean waitsFor(int partition) {
        return order.waitsFor() == partition;
    }

    /** Whether it can't go on before more of some partition comes. */
    boolean isStuck() {
        return order.waitsFor() >= 0;
    }

    /** Whether it holds far more than it needs, for the sake of others in the feed. */
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
     * The dead letters that belong to a checkpoint written now: what could not be read below its
     * cursor, since everything above is read again from there; all of them once the labels are
     * exhausted, since then nothing is. Handed out once.
     */
    public List<ProducerRecord<byte[], byte[]>> letters() {
        long[] cursor = order.cursor();
        boolean all = order.exhausted();
        List<ProducerRecord<byte[], byte[]>> due = new ArrayList<>();
        letters.removeIf(
                letter -> {
                    boolean isDue = all || letter.offset() < cursor[letter.partition()];
                    if (isDue) {
                        due.add(letter.record());
                    }
                    return isDue;
                });
        return due;
    }

    /**
     * All letters if there are so many that memory must not keep them until their checkpoint, else
     * none. After a restart these come twice: better than to lose them, or to run out of memory.
     */
    public List<ProducerRecord<byte[], byte[]>> tooManyLetters() {
        if (letters.size() < MANY_LETTERS) {
            return List.of();
        }
        List<ProducerRecord<byte[], byte[]>> all = letters.stream().map(Letter::record).toList();
        letters.clear();
        return all;
    }

    @Override
    public String toString() {
        return "LabelSource[" + spec.getId() + " next=" + Arrays.toString(next) + "]";
    }
}
