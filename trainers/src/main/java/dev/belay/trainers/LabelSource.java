package dev.belay.trainers;

import dev.belay.runtime.Clients;
import dev.belay.runtime.DeadLetters;
import dev.belay.runtime.ProgressTable;
import dev.belay.runtime.Waiting;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The labels that a model learns from: its supervisor's topic from a cursor on, without what is of
 * another split, another run or not drawn. Belongs to the training thread; memory is bounded by
 * pausing partitions that are ahead.
 */
final class LabelSource implements AutoCloseable {
    /** Labels waiting in one partition before it is paused, in micro-epochs. */
    private static final int AHEAD = 2;

    /** A record that can't be learned from, and where it stood. */
    private record Letter(int partition, long offset, ProducerRecord<byte[], byte[]> record) {}

    /** A label with where it stood. */
    record Taken(Labelled example, int partition, long checkpoint) {}

    private final ModelSpec spec;
    private final Clients clients;
    private final String topic;
    private final DeadLetters deadLetters;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final RoundRobin<Taken> order;
    private final long[] end;
    private final List<Letter> letters = new ArrayList<>();

    /**
     * @param cursor next offset of each partition
     * @param turn the partition whose turn it is
     */
    LabelSource(Clients clients, ModelSpec spec, long[] cursor, int turn) {
        this.spec = spec;
        this.clients = clients;
        this.topic = clients.topics().labels(spec.getTask(), spec.getSupervisor());
        this.deadLetters = new DeadLetters(clients, "trainer");
        this.order = new RoundRobin<>(cursor, turn);
        this.end = new long[cursor.length];
        Arrays.fill(end, -1);
        this.partitions =
                IntStream.range(0, cursor.length)
                        .mapToObj(p -> new TopicPartition(topic, p))
                        .toList();
        this.consumer =
                clients.consumer(
                        clients.topics().prefix() + "model." + spec.getId(),
                        "trainer-" + spec.getId(),
                        Map.of("max.poll.records", Math.max(64, spec.getMicroEpoch())));
        try {
            consumer.assign(partitions);
            partitions.forEach(p -> consumer.seek(p, cursor[p.partition()]));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    RoundRobin<Taken> order() {
        return order;
    }

    /**
     * Takes in what has come, without waiting: all of it, since a model that draws few of the
     * examples would otherwise need many turns to find them.
     */
    void poll() {
        ConsumerRecords<byte[], byte[]> records;
        do {
            pauseWhatIsAhead();
            records = consumer.poll(Duration.ZERO);
            records.forEach(this::take);
        } while (!records.isEmpty());
    }

    /** Looks whether partitions have ended: their writer has said so and all of it was read. */
    void lookForEnds(ProgressTable progress, Admin admin) {
        for (TopicPartition p : partitions) {
            int i = p.partition();
            if (order.hasEnded(i)) {
                continue;
            }
            if (end[i] < 0) {
                Progress said = progress.of(topic, i, spec.getSupervisor());
                if (said == null || !said.getEnded()) {
                    continue;
                }
                // asked after the writer's last transaction: whatever it wrote is below
                end[i] =
                        Waiting.on(
                                        admin.listOffsets(Map.of(p, OffsetSpec.latest()))
                                                .partitionResult(p),
                                        "reading the end of " + p)
                                .offset();
            }
            if (consumer.position(p) >= end[i]) {
                order.end(i);
            }
        }
    }

    /** The model's own group: it only keeps offsets, for lag tools. */
    ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    /**
     * The dead letters that belong to a checkpoint written now: what could not be read below its
     * cursor, since everything above is read again from there; all of them once the labels are
     * exhausted, since then nothing is. Handed out once.
     */
    List<ProducerRecord<byte[], byte[]>> letters() {
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

    @Override
    public void close() {
        consumer.close();
    }

    private void pauseWhatIsAhead() {
        Set<TopicPartition> ahead = new HashSet<>();
        for (TopicPartition p : partitions) {
            if (order.waiting(p.partition()) >= AHEAD * spec.getMicroEpoch()) {
                ahead.add(p);
            }
        }
        Set<TopicPartition> resume = new HashSet<>(consumer.paused());
        resume.removeAll(ahead);
        consumer.resume(resume);
        consumer.pause(ahead);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Label label;
        try {
            if (record.value() == null) {
                throw new SerializationException("a label must not be a tombstone");
            }
            label = clients.codec().decode(topic, record.value(), Label.class);
        } catch (SerializationException e) {
            letter(record, String.valueOf(e.getMessage()));
            return;
        }
        if (!label.getLabeler().equals(spec.getSupervisor())
                || label.getExample().getSplit() != spec.getSplit()
                || !IdHash.drawn(spec.getSeed(), label.getExample().getId(), spec.getDrawBelow())) {
            return;
        }
        float[] distribution = new float[label.getProbabilities().size()];
        for (int k = 0; k < distribution.length; k++) {
            distribution[k] = label.getProbabilities().get(k);
        }
        String wrong = whatIsWrong(distribution);
        if (wrong != null) {
            letter(record, wrong);
            return;
        }
        var example =
                new Labelled(
                        label.getExample().getId(),
                        label.getExample().getText(),
                        label.getExample().getEventTimeMs(),
                        distribution);
        order.offer(
                record.partition(),
                new Taken(example, record.partition(), label.getCheckpoint()),
                record.offset());
    }

    private void letter(ConsumerRecord<byte[], byte[]> record, String reason) {
        letters.add(
                new Letter(record.partition(), record.offset(), deadLetters.of(record, reason)));
    }

    private @Nullable String whatIsWrong(float[] distribution) {
        int classes = spec.getClasses().size();
        if (distribution.length != classes) {
            return "expected " + classes + " probabilities, found " + distribution.length;
        }
        double sum = 0;
        for (float p : distribution) {
            if (!(p >= 0 && p <= 1)) { // NaN too
                return "expected probabilities in [0, 1], found " + p;
            }
            sum += p;
        }
        return Math.abs(sum - 1) < 1e-3
                ? null
                : "expected probabilities that sum to 1, found " + sum;
    }
}
