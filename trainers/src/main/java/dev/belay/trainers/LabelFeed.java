package dev.belay.trainers;

import dev.belay.runtime.Clients;
import dev.belay.runtime.DeadLetters;
import dev.belay.runtime.ProgressTable;
import dev.belay.runtime.Waiting;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The labels of one supervisor, read and decoded once for all models of this process that learn
 * from them. Belongs to the training thread.
 *
 * <p>Memory is bounded: a partition is not read on while a model has enough of it, unless that one
 * waits for another partition, and another one for this. One that is then filled beyond its bound,
 * or that stands elsewhere, must get a feed of its own ({@link LabelFeeds}).
 */
final class LabelFeed implements AutoCloseable {
    /** How far models may stand apart, in offsets, to share a feed. */
    private static final long NEAR = 8_192;

    /** How long what is in the topic may take to come. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** Settings of its consumer beside the user's. */
    static final Map<String, Object> CONSUMER = Map.of("max.poll.records", 1_024);

    /**
     * What a feed reads.
     *
     * @param supervisor model id with its run: labels topics are shared by runs
     * @param split models of different splits meet different labels and would wait for each other
     */
    record Key(String task, String supervisor, Split split, int partitions, int classes) {
        static Key of(ModelSpec spec) {
            return new Key(
                    spec.getTask(),
                    spec.getSupervisor(),
                    spec.getSplit(),
                    spec.getPartitions(),
                    spec.getClasses().size());
        }
    }

    private final Key key;
    private final String topic;
    private final Clients clients;
    private final DeadLetters deadLetters;
    private final Consumer<byte[], byte[]> consumer;
    private final Ahead ahead;
    private final List<TopicPartition> partitions;
    private final List<LabelSource> sources = new ArrayList<>();
    private final long[] end;

    /**
     * @param consumer that this closes
     * @param first begins to read
     * @param ahead told what will have to be encoded
     * @throws IllegalStateException if the labels topic is not there or has another number of
     *     partitions than the model's spec says
     */
    LabelFeed(
            Clients clients,
            String topic,
            Consumer<byte[], byte[]> consumer,
            LabelSource first,
            Ahead ahead) {
        this.key = Key.of(first.spec());
        this.clients = clients;
        this.ahead = ahead;
        this.topic = topic;
        this.deadLetters = new DeadLetters(clients, "trainer");
        this.end = new long[key.partitions()];
        Arrays.fill(end, -1);
        this.partitions =
                IntStream.range(0, key.partitions())
                        .mapToObj(p -> new TopicPartition(topic, p))
                        .toList();
        this.consumer = consumer;
        try {
            int found = consumer.partitionsFor(topic).size();
            if (found != key.partitions()) {
                throw new IllegalStateException(
                        "labels topic "
                                + topic
                                + " has "
                                + found
                                + " partitions, expected "
                                + key.partitions()
                                + " as the spec of "
                                + first.spec().getId()
                                + " says; 'belay topics plan' shows what should be");
            }
            consumer.assign(partitions);
            partitions.forEach(p -> consumer.seek(p, first.next(p.partition())));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        sources.add(first);
    }

    Key key() {
        return key;
    }

    /** Whether the source stands near enough to where this feed reads. */
    boolean isNear(LabelSource source) {
        return partitions.stream()
                .allMatch(p -> Math.abs(consumer.position(p) - source.next(p.partition())) <= NEAR);
    }

    /** Also for this one; what the others had of it already they leave. */
    void add(LabelSource source) {
        sources.add(source);
        for (TopicPartition p : partitions) {
            if (source.next(p.partition()) < consumer.position(p)) {
                consumer.seek(p, source.next(p.partition()));
            }
        }
    }

    void remove(LabelSource source) {
        sources.remove(source);
    }

    List<LabelSource> sources() {
        return List.copyOf(sources);
    }

    /**
     * Takes in what has come: all of it, since a model that draws few of the examples would
     * otherwise need many turns to find them. Waits only for what is known to be on its way.
     */
    void poll() {
        ConsumerRecords<byte[], byte[]> records;
        do {
            pauseWhatNobodyNeeds();
            records = consumer.poll(isBehind() ? SOON : Duration.ZERO);
            records.forEach(this::take);
        } while (!records.isEmpty());
    }

    /**
     * Whether a partition that is needed has more than was read, or may have. A turn may come once
     * a minute, while others train: it must not be spent on asking.
     */
    private boolean isBehind() {
        Set<TopicPartition> needed = new HashSet<>(partitions);
        needed.removeAll(consumer.paused());
        return needed.stream().anyMatch(p -> consumer.currentLag(p).orElse(1) > 0);
    }

    /** Looks whether partitions have ended: their writer has said so and all of it was read. */
    void lookForEnds(ProgressTable progress, Admin admin) {
        for (TopicPartition p : partitions) {
            int i = p.partition();
            if (sources.stream().allMatch(source -> source.order().hasEnded(i))) {
                continue;
            }
            if (end[i] < 0) {
                Progress said = progress.of(topic, i, key.supervisor());
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
                sources.forEach(source -> source.order().end(i));
            }
        }
    }

    /** Labels in the topic that were not read yet, as far as that is known. */
    long lag() {
        long lag = 0;
        for (TopicPartition p : partitions) {
            OptionalLong known = consumer.currentLag(p);
            lag += known.orElse(0);
        }
        return lag;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void pauseWhatNobodyNeeds() {
        Set<TopicPartition> pause = new HashSet<>();
        for (TopicPartition p : partitions) {
            int i = p.partition();
            boolean isWaitedFor = sources.stream().anyMatch(source -> source.waitsFor(i));
            // one that is full and waits for another partition itself can't make room
            if (sources.stream()
                    .anyMatch(source -> source.isFull(i) && !(isWaitedFor && source.isStuck()))) {
                pause.add(p);
            }
        }
        Set<TopicPartition> resume = new HashSet<>(consumer.paused());
        resume.removeAll(pause);
        consumer.resume(resume);
        consumer.pause(pause);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        int partition = record.partition();
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
        if (!label.getLabeler().equals(key.supervisor())) {
            return; // of another run
        }
        float[] distribution = new float[label.getProbabilities().size()];
        for (int k = 0; k < distribution.length; k++) {
            distribution[k] = label.getProbabilities().get(k);
        }
        String wrong = LabelSource.whatIsWrong(distribution, key.classes());
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
        Set<Ahead.Use> encoders = new HashSet<>();
        for (LabelSource source : sources) {
            if (source.offer(partition, record.offset(), label, example)) {
                encoders.add(Ahead.Use.of(source.spec()));
            }
        }
        encoders.forEach(encoder -> ahead.offer(encoder, example.text()));
    }

    private void letter(ConsumerRecord<byte[], byte[]> record, String reason) {
        @Nullable ProducerRecord<byte[], byte[]> letter = null;
        for (LabelSource source : sources) {
            if (record.offset() >= source.next(record.partition())) {
                letter = letter == null ? deadLetters.of(record, reason) : letter;
                source.offerLetter(record.partition(), record.offset(), letter);
            }
        }
    }
}
