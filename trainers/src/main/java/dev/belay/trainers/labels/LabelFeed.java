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
 * from them. A {@link LabelReader} reads concurrently with training; the training thread takes the
 * labels from it.
 *
 * <p>Memory is bounded: labels of a partition are not taken while a model has enough of it, unless
 * that model waits for another partition and another model for this one. A model that is then
 * filled beyond its bound, or whose position is far away, gets a feed of its own ({@link
 * LabelFeeds}). Labels not taken stay in the reader, which is bounded too.
 */
final class LabelFeed implements AutoCloseable {
    /** Greatest distance, in offsets, between models that share a feed. */
    private static final long NEAR = 8_192;

    /** How long to wait for records that are known to be in the topic. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** Maximum number of records taken of a partition at a time. */
    private static final int SLICE = 128;

    /**
     * What a feed reads.
     *
     * @param supervisor model id with its run: labels topics are shared by runs
     * @param split models of different splits select different labels and would wait for each other
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
    private final EncodingPrefetch prefetch;
    private final LabelReader reader;
    private final List<LabelSource> sources = new ArrayList<>();
    private final long[] end;

    /** Models whose inputs are prefetched, by encoder; for the reading thread. */
    private volatile Map<EncodingPrefetch.Use, List<ModelSpec>> encoding = Map.of();

    /**
     * @param consumer closed by this
     * @param first source whose cursor is the first position
     * @param prefetch receives the inputs to encode
     * @throws IllegalStateException if the labels topic does not exist or has another number of
     *     partitions than the model's spec
     */
    LabelFeed(
            Clients clients,
            String topic,
            Consumer<byte[], byte[]> consumer,
            LabelSource first,
            EncodingPrefetch prefetch) {
        this.key = Key.of(first.spec());
        this.prefetch = prefetch;
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
                                + " as in the spec of "
                                + first.spec().getId()
                                + "; 'belay topics plan' shows the expected topics");
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
                        consumer,
                        partitions,
                        from,
                        record -> prefetchEncoding(decoder.decode(record)));
    }

    Key key() {
        return key;
    }

    /** Whether the source's position is near that of this feed, and the feed has not failed. */
    boolean isNear(LabelSource source) {
        return !reader.hasFailed()
                && partitions().allMatch(p -> Math.abs(reader.next(p) - source.next(p)) <= NEAR);
    }

    /** Adds a source, reading again from its position; other sources skip labels they have. */
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
     * Takes available labels, and waits for records known to be in the topic until the source has a
     * micro-epoch. Without waiting, a model that selects few of the examples would need many turns
     * to collect them, and turns may be a minute apart.
     *
     * @param size of the micro-epoch
     */
    void poll(LabelSource source, long size) {
        do {
            takeIn();
        } while (source.order().take(size) < size && reader.await(needed(), SOON));
    }

    /** Detects ended partitions: their progress has ended, and all their records were read. */
    void lookForEnds(ProgressTable progress, Admin admin) {
        Map<TopicPartition, OffsetSpec> ended = new HashMap<>();
        for (int p = 0; p < end.length; p++) {
            Progress of = end[p] < 0 ? progress.of(topic, p, key.supervisor()) : null;
            if (of != null && of.getEnded()) {
                ended.put(new TopicPartition(topic, p), OffsetSpec.latest());
            }
        }
        if (!ended.isEmpty()) {
            // read after the writer's last transaction: all its records are below
            KafkaFutures.get(admin.listOffsets(ended).all(), "reading the ends of " + topic)
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

    /** Labels in the topic that were not taken yet, as far as known. */
    long lag() {
        return reader.lag();
    }

    @Override
    public void close() {
        reader.close();
    }

    /** Takes all available labels that are needed. */
    private void takeIn() {
        // no source gets many more than it needs
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
        // a full source that waits for another partition can't free space
        return sources.stream()
                .noneMatch(
                        source -> source.isFull(partition) && !(isWaitedFor && source.isStuck()));
    }

    private void offer(DecodedLabel read) {
        if (read instanceof DecodedLabel.Good good) {
            sources.forEach(source -> source.offer(good));
        } else if (read instanceof DecodedLabel.Bad bad) {
            @Nullable ProducerRecord<byte[], byte[]> deadLetter = null;
            for (LabelSource source : sources) {
                if (bad.offset() >= source.next(bad.partition())) {
                    deadLetter =
                            deadLetter == null
                                    ? deadLetters.of(bad.record(), bad.reason())
                                    : deadLetter;
                    source.offerDeadLetter(bad.partition(), bad.offset(), deadLetter);
                }
            }
        }
    }

    /** On the reading thread. */
    private @Nullable DecodedLabel prefetchEncoding(@Nullable DecodedLabel read) {
        if (read instanceof DecodedLabel.Good good) {
            encoding.forEach(
                    (use, specs) -> {
                        if (specs.stream().anyMatch(spec -> LabelSource.draws(spec, good))) {
                            prefetch.offer(use, good.example().input());
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
