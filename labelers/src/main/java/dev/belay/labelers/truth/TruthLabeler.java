package dev.belay.labelers.truth;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The truth about the examples of some partitions: an example waits for it, and gets no label only
 * if the truth has ended without it, or is too late ({@link TruthWindow}).
 *
 * <p>Truth partitions are read from their beginnings, since truth may be older than its example, in
 * bounded memory: a full window is read on only while an example waits. Unreadable truth goes to
 * the dead letters once: the group's committed offset of the truth partition says up to where it
 * has.
 */
public final class TruthLabeler implements ExampleLabeler {
    private static final int POLLS_PER_ROUND = 20;

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final int classes;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final PartitionEnds ends;
    private final ToLongFunction<TopicPartition> lettersDoneTo;
    private final Waiting waiting;

    private final Map<Integer, TruthWindow> windows = new HashMap<>();
    private final Set<Integer> starving = new HashSet<>();
    private final Set<Integer> toSearch = new HashSet<>();
    private final Map<TopicPartition, Long> lettersFrom = new HashMap<>();
    private final List<Letter> letters = new ArrayList<>();

    /** A dead letter that is to be written, and the truth partition's offset behind it. */
    private record Letter(TopicPartition from, long next, ProducerRecord<byte[], byte[]> record) {}

    /**
     * For how long, and how, examples wait.
     *
     * @param horizonMs event time that truth may be later than its example, see {@link TruthWindow}
     * @param limit ids of truth kept in memory of each partition
     * @param queued ids of the examples of a partition that wait
     */
    public record Waiting(LongSupplier horizonMs, int limit, IntFunction<Set<String>> queued) {}

    /**
     * @param consumer without a group; this closes it
     * @param lettersDoneTo the group's committed offset of a truth partition, 0 for none
     */
    public TruthLabeler(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int classes,
            RecordReader reader,
            DeadLetters deadLetters,
            PartitionEnds ends,
            ToLongFunction<TopicPartition> lettersDoneTo,
            Waiting waiting) {
        this.consumer = consumer;
        this.topic = topic;
        this.classes = classes;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.ends = ends;
        this.lettersDoneTo = lettersDoneTo;
        this.waiting = waiting;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        if (!partitions.equals(windows.keySet())) {
            assign(partitions);
        }
        if (partitions.isEmpty()) {
            return false;
        }
        windows.forEach(
                (partition, window) -> {
                    if (toSearch.remove(partition)) {
                        search(partition, window);
                    }
                });
        balance();
        int polls = 0;
        while (polls < POLLS_PER_ROUND && poll()) {
            polls++;
        }
        return polls > 0;
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        TruthWindow window = windows.get(partition);
        if (window == null) {
            return Answer.WAIT;
        }
        long horizonMs = waiting.horizonMs().getAsLong();
        return switch (window.find(input.example().getId(), timeMs, horizonMs)) {
            case IN_TIME -> Answer.YES;
            case TOO_LATE -> Answer.TOO_LATE;
            case NEEDS_SEARCH -> {
                toSearch.add(partition); // in the next round: those before it are not judged yet
                yield Answer.WAIT;
            }
            case ABSENT -> {
                starving.add(partition);
                long position = consumer.position(partition(partition));
                yield ends.passed(topic, partition, position) ? Answer.NEVER : Answer.WAIT;
            }
        };
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        List<GivenLabel> rows =
                inputs.stream().map(i -> new GivenLabel(0, oneHot(i.example()))).toList();
        return new Rows<>(rows, new TreeMap<>());
    }

    @Override
    public boolean predicts() {
        return false;
    }

    @Override
    public void contribute(TransactionBatch batch) {
        for (Letter letter : letters) { // in each partition's order
            batch.add(letter.record());
            batch.reached(letter.from(), letter.next());
            lettersFrom.put(letter.from(), letter.next());
        }
        letters.clear();
    }

    @Override
    public void rewind() {
        assign(Set.of());
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void assign(Set<Integer> partitions) {
        Set<Integer> added = new HashSet<>(partitions);
        added.removeAll(windows.keySet());
        windows.keySet().retainAll(partitions);
        starving.retainAll(partitions);
        toSearch.retainAll(partitions);
        List<TopicPartition> all = partitions.stream().map(this::partition).toList();
        lettersFrom.keySet().retainAll(all);
        letters.removeIf(letter -> !all.contains(letter.from()));
        consumer.assign(all);
        for (int p : added) {
            windows.put(p, new TruthWindow(waiting.limit()));
            TopicPartition partition = partition(p);
            lettersFrom.put(partition, lettersDoneTo.applyAsLong(partition));
        }
        consumer.seekToBeginning(added.stream().map(this::partition).toList());
    }

    /** Pauses full partitions, except those whose oldest example waits; once each round. */
    private void balance() {
        List<TopicPartition> paused = new ArrayList<>();
        List<TopicPartition> open = new ArrayList<>();
        windows.forEach(
                (p, window) ->
                        (window.isFull() && !starving.contains(p) ? paused : open)
                                .add(partition(p)));
        consumer.pause(paused);
        consumer.resume(open);
        starving.clear();
    }

    private void search(int number, TruthWindow window) {
        TopicPartition partition = partition(number);
        window.search(waiting.queued().apply(number));
        letters.removeIf(letter -> letter.from().equals(partition)); // found again
        starving.add(number);
        consumer.seekToBeginning(List.of(partition));
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }

    private boolean poll() {
        var records = consumer.poll(Duration.ZERO);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            take(record);
        }
        return !records.isEmpty();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        TruthWindow window = windows.get(record.partition());
        if (window == null) {
            return;
        }
        try {
            Truth truth = reader.truth(record, classes);
            if (truth == null) {
                window.remove(RecordReader.key(record));
            } else {
                long timeMs = RecordReader.timeMs(truth.getEventTimeMs(), record);
                window.put(truth.getId(), truth.getLabel(), timeMs);
            }
        } catch (BadRecordException e) {
            TopicPartition partition = partition(record.partition());
            if (record.offset() >= lettersFrom.getOrDefault(partition, 0L)) {
                var letter = deadLetters.of(record, String.valueOf(e.getMessage()));
                letters.add(new Letter(partition, record.offset() + 1, letter));
            }
        }
    }

    private float[] oneHot(Example example) {
        for (TruthWindow window : windows.values()) {
            Integer label = window.label(example.getId());
            if (label != null) {
                float[] distribution = new float[classes];
                distribution[label] = 1;
                return distribution;
            }
        }
        throw new IllegalStateException("no truth for an example that was said to have it");
    }
}
