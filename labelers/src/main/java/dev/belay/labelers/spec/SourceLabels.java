package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.labeling.ExampleLabeler.Answer;
import dev.belay.labelers.labeling.Labeling;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Split;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Joins the STUDENT examples of some partitions with the labels of other labelers, the sources.
 *
 * <p><b>Order.</b> A labels partition has the order of its examples. So the oldest unused label of
 * a source, its head, is compared with the oldest example:
 *
 * <ul>
 *   <li>a label of this example is joined;
 *   <li>a label of one of the {@link #AHEAD} examples that follow: the source has none for this
 *       one;
 *   <li>a label of none of these (repeated, out of order, or its example is deleted) is dropped;
 *   <li>without a head the example waits, unless the source has ended.
 * </ul>
 *
 * So the result depends on the logs alone, not on when they are read.
 *
 * <p><b>Bounds.</b> A source that has {@link #AHEAD} labels in memory for a partition is paused;
 * one that lags delays the examples. A source never waits for its readers, so there is no deadlock.
 *
 * <p><b>Restart.</b> The offsets of the used labels are committed by the group of the examples, in
 * the same transactions; reading starts there.
 */
final class SourceLabels implements AutoCloseable {
    /** Number of examples among which a label's example is searched; also labels in memory. */
    static final int AHEAD = Labeling.MAX_BUFFERED;

    private static final int POLLS_PER_ROUND = 20;

    private final List<String> ids;
    private final Wanted.Resources resources;
    private final Consumer<byte[], byte[]> consumer;
    private final PartitionEnds exampleEnds;
    private final Map<Integer, List<Source>> byPartition = new TreeMap<>();
    private final Map<TopicPartition, Source> byTopic = new HashMap<>();
    private final Map<TopicPartition, Long> used = new HashMap<>();
    private final List<ProducerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
    private final List<Map<String, GivenLabel>> joined = new ArrayList<>();
    private long revocations;

    /**
     * A record of a source.
     *
     * @param deadLetter of a record that is not a valid label, else null
     */
    private record Head(
            long offset,
            String example,
            GivenLabel label,
            @Nullable ProducerRecord<byte[], byte[]> deadLetter) {}

    /** One source in one partition. */
    private static final class Source {
        final String id;
        final TopicPartition partition;
        final PartitionEnds ends;
        final Deque<Head> heads = new ArrayDeque<>();

        /** Offset of the head's example among those that follow the oldest; else -1. */
        long exampleAt = -1;

        /** Id of the example joined last. */
        String last = "";

        Source(String id, TopicPartition partition, PartitionEnds ends) {
            this.id = id;
            this.partition = partition;
            this.ends = ends;
        }
    }

    /**
     * @param ids of the sources, in the order of the resources' source topics
     * @param consumer without a group; this closes it
     */
    SourceLabels(List<String> ids, Wanted.Resources resources, Consumer<byte[], byte[]> consumer) {
        this.ids = ids;
        this.resources = resources;
        this.consumer = consumer;
        this.exampleEnds = resources.ends().apply(null);
    }

    /** Ids of the sources, in the order of the spec. */
    List<String> ids() {
        return ids;
    }

    /**
     * Reads the labels available for the examples of these partitions, without waiting, and clears
     * the list of joined examples.
     *
     * @return whether it read any records
     */
    boolean follow(Set<Integer> partitions) {
        joined.clear();
        long now = resources.inbox().revocations();
        if (now != revocations || !partitions.equals(byPartition.keySet())) {
            revocations = now;
            assign(partitions);
        }
        int polls = 0;
        while (polls < POLLS_PER_ROUND && poll()) {
            polls++;
        }
        return polls > 0;
    }

    /** Whether the oldest example of a partition gets a label: if any source has labelled it. */
    Answer answer(int partition, String example) {
        List<Source> sources = byPartition.get(partition);
        if (sources == null || !sources.stream().allMatch(s -> isDecided(s, partition, example))) {
            return Answer.WAIT;
        }
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        for (Source source : sources) {
            Head head = source.heads.peek();
            if (head != null && head.example().equals(example)) {
                labels.put(source.id, head.label());
                source.last = example;
                drop(source);
            }
        }
        if (labels.isEmpty()) {
            return Answer.NEVER;
        }
        joined.add(labels);
        return Answer.YES;
    }

    /** Adds the labels to the inputs that were answered with YES since the last {@link #follow}. */
    List<LabelerInput> join(List<LabelerInput> inputs) {
        List<LabelerInput> whole = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            Example example = inputs.get(i).example();
            whole.add(new LabelerInput(example, fitting(joined.get(i), example)));
        }
        return whole;
    }

    /** The labels; one over other options than the example has is an abstention. */
    private Map<String, GivenLabel> fitting(Map<String, GivenLabel> labels, Example example) {
        int size = Distributions.size(resources.topics().classes(), example);
        Map<String, GivenLabel> fitting = new LinkedHashMap<>(labels);
        fitting.replaceAll(
                (source, label) ->
                        label.distribution().length == size
                                ? label
                                : new GivenLabel(label.checkpoint(), Labeler.ABSTAINED));
        return fitting;
    }

    /** Adds the offsets of used labels, and the dead letters found, since the last call. */
    void contribute(TransactionBatch batch) {
        deadLetters.forEach(batch::add);
        used.forEach(batch::reached);
        deadLetters.clear();
        used.clear();
    }

    /** Resets to the committed offsets, at the next {@link #follow}. */
    void rewind() {
        assign(Set.of());
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Whether it is decided if the source has a label for an example; drops unmatched heads. */
    private boolean isDecided(Source source, int partition, String example) {
        while (true) {
            Head head = source.heads.peek();
            if (head == null) {
                TopicPartition at = source.partition;
                return source.ends.passed(at.topic(), partition, consumer.position(at));
            }
            if (head.deadLetter() != null) {
                deadLetters.add(head.deadLetter());
            } else if (head.example().equals(example) || isAhead(source, head)) {
                return true;
            } else if (!head.example().equals(source.last) && !isWholeQueueThere(partition)) {
                return false;
            }
            drop(source);
        }
    }

    /** Whether the head's example is among those that follow the oldest one. */
    private boolean isAhead(Source source, Head head) {
        var queue = resources.inbox().queue(source.partition.partition());
        if (source.exampleAt <= queue.element().offset()) {
            byte[] key = head.example().getBytes(StandardCharsets.UTF_8);
            source.exampleAt =
                    queue.stream()
                            .limit(AHEAD)
                            .filter(record -> Arrays.equals(record.key(), key))
                            .mapToLong(ConsumerRecord::offset)
                            .findFirst()
                            .orElse(-1);
        }
        return source.exampleAt >= 0;
    }

    /** Whether all examples among which a label's example is searched are in memory. */
    private boolean isWholeQueueThere(int partition) {
        Inbox inbox = resources.inbox();
        return inbox.queue(partition).size() >= AHEAD
                || exampleEnds.passed(
                        resources.topics().input(), partition, inbox.position(partition));
    }

    private void drop(Source source) {
        used.put(source.partition, source.heads.remove().offset() + 1);
        source.exampleAt = -1;
    }

    private void assign(Set<Integer> partitions) {
        byPartition.clear();
        byTopic.clear();
        used.clear();
        deadLetters.clear();
        if (partitions.isEmpty()) {
            consumer.unsubscribe();
            return;
        }
        for (int p : partitions) {
            List<Source> sources = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                var at = new TopicPartition(resources.topics().sources().get(i), p);
                Source source = new Source(ids.get(i), at, resources.ends().apply(ids.get(i)));
                sources.add(source);
                byTopic.put(at, source);
            }
            byPartition.put(p, sources);
        }
        consumer.assign(byTopic.keySet());
        Map<TopicPartition, OffsetAndMetadata> committed =
                resources.group().committed(byTopic.keySet());
        for (TopicPartition at : byTopic.keySet()) {
            OffsetAndMetadata offset = committed.get(at);
            consumer.seek(at, offset == null ? resources.inbox().begin(at) : offset.offset());
        }
    }

    private boolean poll() {
        List<TopicPartition> full = new ArrayList<>();
        List<TopicPartition> open = new ArrayList<>();
        byTopic.forEach((at, source) -> (source.heads.size() >= AHEAD ? full : open).add(at));
        if (open.isEmpty()) {
            return false;
        }
        consumer.pause(full);
        consumer.resume(open);
        var records = consumer.poll(Duration.ZERO);
        records.forEach(this::take);
        return !records.isEmpty();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Source source = byTopic.get(new TopicPartition(record.topic(), record.partition()));
        if (source == null) {
            return;
        }
        try {
            int classes = resources.topics().classes();
            Label label = resources.reader().label(record, source.id, classes);
            if (label != null && label.getExample().getSplit() == Split.STUDENT) {
                var given = new GivenLabel(label.getCheckpoint(), RecordReader.distribution(label));
                String example = label.getExample().getId();
                source.heads.add(new Head(record.offset(), example, given, null));
            }
        } catch (BadRecordException e) {
            var deadLetter = resources.deadLetters().of(record, String.valueOf(e.getMessage()));
            var none = new GivenLabel(0, new float[0]);
            source.heads.add(new Head(record.offset(), "", none, deadLetter));
        }
    }
}
