package dev.belay.trainers.labels;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The labels of one supervisor, read and decoded once for all models of this process that learn
 * from them: a {@link LabelReader} reads while training goes on, and here they are taken in, on the
 * training thread.
 *
 * <p>Memory is bounded: nothing is taken of a partition while a model has enough of it, unless that
 * one waits for another partition, and another one for this. One that is then filled beyond its
 * bound, or that stands elsewhere, must get a feed of its own ({@link LabelFeeds}). What is not
 * taken the reader keeps, which has a bound too.
 */
final class LabelFeed implements AutoCloseable {
    /** How far models may stand apart, in offsets, to share a feed. */
    private static final long NEAR = 8_192;

    /** How long what is in the topic may take to come. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** Most records taken of a partition at a time. */
    private static final int SLICE = 128;

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
    private final DeadLetters deadLetters;
    private final EncodingPrefetch ahead;
    private final LabelReader reader;
    private final List<LabelSource> sources = new ArrayList<>();
    private final long[] end;

    /** The models that have something encoded ahead, by encoder; for the reading thread. */
    private volatile Map<EncodingPrefetch.Use, List<ModelSpec>> encoding = Map.of();

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
            EncodingPrefetch ahead) {
        this.key = Key.of(first.spec());
        this.ahead = ahead;
        this.topic = topic;
        this.deadLetters = new DeadLetters(clients, "trainer");
        this.end = new long[key.partitions()];
        Arrays.fill(end, -1);
        List<TopicPartition> partitions =
                IntStream.range(0, key.partitions())
                        .mapToObj(p -> new TopicPartition(topic, p))
                        .toList();
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
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        long[] from = partitions.stream().mapToLong(p -> first.next(p.partition())).toArray();
        change(() -> sources.add(first));
        var decoder = new LabelDecoder(clients.codec(), topic, key.supervisor(), key.classes());
        this.reader =
                new LabelReader(
                        consumer, partitions, from, record -> encodeAhead(decoder.decode(record)));
    }

    Key key() {
        return key;
    }

    /** Whether the source stands near enough to where this feed reads, if it still does. */
    boolean isNear(LabelSource source) {
        return !reader.hasFailed()
                && partitions().allMatch(p -> Math.abs(reader.next(p) - source.next(p)) <= NEAR);
    }

    /** Also for this one; what the others had of it already they leave. */
    void add(LabelSource source) {
        change(() -> sources.add(source));
        partitions()
                .filter(p -> source.next(p) < reader.next(p))
                .forEach(p -> reader.seek(p, source.next(p)));
    }

    void remove(LabelSource source) {
        change(() -> sources.remove(source));
    }

    List<LabelSource> sources() {
        return List.copyOf(sources);
    }

    /**
     * Takes in what has come, and waits for what is known to be on its way as long as one of the
     * models has not taken so many: one that draws few of the examples would otherwise need many
     * turns to find them, and a turn may come once a minute, while others train.
     *
     * @param size of the micro-epoch that it waits for
     */
    void poll(LabelSource hungry, long size) {
        do {
            takeIn();
        } while (hungry.order().take(size) < size && reader.await(needed(), SOON));
    }

    /** Looks whether partitions have ended: their writer has said so and all of it was read. */
    void lookForEnds(ProgressTable progress, Admin admin) {
        Map<TopicPartition, OffsetSpec> said = new HashMap<>();
        for (int p = 0; p < end.length; p++) {
            Progress of = end[p] < 0 ? progress.of(topic, p, key.supervisor()) : null;
            if (of != null && of.getEnded()) {
                said.put(new TopicPartition(topic, p), OffsetSpec.latest());
            }
        }
        if (!said.isEmpty()) {
            // asked after the writer's last transaction: whatever it wrote is below
            KafkaFutures.get(admin.listOffsets(said).all(), "reading the ends of " + topic)
                    .forEach((p, found) -> end[p.partition()] = found.offset());
        }
        for (int p = 0; p < end.length; p++) {
            if (end[p] >= 0 && reader.next(p) >= end[p]) {
                for (LabelSource source : sources) {
                    source.order().end(p);
                }
            }
        }
    }

    /** Labels in the topic that were not taken in yet, as far as that is known. */
    long lag() {
        return reader.lag();
    }

    @Override
    public void close() {
        reader.close();
    }

    /** All that has come and is needed. */
    private void takeIn() {
        // none gets many more of a partition than it needs
        int slice =
                sources.stream().mapToInt(s -> s.spec().getMicroEpoch()).reduce(SLICE, Math::min);
        boolean more;
        do {
            more = false;
            for (int p : needed()) {
                List<DecodedLabel> reads = reader.take(p, slice);
                reads.forEach(this::offer);
                more |= !reads.isEmpty();
            }
        } while (more);
    }

    private List<Integer> needed() {
        return partitions().filter(this::isNeeded).boxed().toList();
    }

    private boolean isNeeded(int partition) {
        boolean isWaitedFor = sources.stream().anyMatch(source -> source.waitsFor(partition));
        // one that is full and waits for another partition itself can't make room
        return sources.stream()
                .noneMatch(
                        source -> source.isFull(partition) && !(isWaitedFor && source.isStuck()));
    }

    private void offer(DecodedLabel read) {
        if (read instanceof DecodedLabel.Good good) {
            sources.forEach(source -> source.offer(good));
        } else if (read instanceof DecodedLabel.Bad bad) {
            @Nullable ProducerRecord<byte[], byte[]> letter = null;
            for (LabelSource source : sources) {
                if (bad.offset() >= source.next(bad.partition())) {
                    letter = letter == null ? deadLetters.of(bad.record(), bad.reason()) : letter;
                    source.offerLetter(bad.partition(), bad.offset(), letter);
                }
            }
        }
    }

    /** On the reading thread. */
    private @Nullable DecodedLabel encodeAhead(@Nullable DecodedLabel read) {
        if (read instanceof DecodedLabel.Good good) {
            encoding.forEach(
                    (use, specs) -> {
                        if (specs.stream().anyMatch(spec -> LabelSource.draws(spec, good))) {
                            ahead.offer(use, good.example().input());
                        }
                    });
        }
        return read;
    }

    private void change(Runnable sourcesChange) {
        sourcesChange.run();
        encoding =
                sources.stream()
                        .map(LabelSource::spec)
                        .filter(spec -> EncodingPrefetch.Use.of(spec).isWorthIt())
                        .collect(Collectors.groupingBy(EncodingPrefetch.Use::of));
    }

    private IntStream partitions() {
        return IntStream.range(0, key.partitions());
    }
}
