package dev.belay.labelers.truth;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.PartitionReader;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The truth about the examples of some partitions: an example waits for it, and gets no label only
 * if the truth has ended without it, or is too late ({@link TruthWindow}). Where truth is a random
 * sample, a STUDENT example without it gets an abstention, so that models on truth predict it: at
 * once if it was not drawn.
 *
 * <p>Truth partitions are read from their beginnings, since truth may be older than its example, in
 * bounded memory: a full window is read on only while an example waits.
 */
public final class TruthLabeler implements ExampleLabeler {
    private static final Logger LOG = LoggerFactory.getLogger(TruthLabeler.class);
    private static final int POLLS_PER_ROUND = 20;

    private final String topic;
    private final int classes;
    private final RecordReader records;
    private final PartitionReader truth;
    private final PartitionEnds ends;
    private final Waiting waiting;
    private final TooLateExamples tooLateExamples = new TooLateExamples();

    private final Map<Integer, TruthWindow> windows = new HashMap<>();
    private final Set<Integer> starving = new HashSet<>();
    private final Set<Integer> toSearch = new HashSet<>();

    /** Ids that were answered with an abstention since the last {@link #follow}. */
    private final Set<String> abstaining = new HashSet<>();

    /**
     * For how long, and how, examples wait.
     *
     * @param horizonMs event time that truth may be later than its example, see {@link TruthWindow}
     * @param limit ids of truth kept in memory of each partition
     * @param queued ids of the examples of a partition that wait
     * @param draw which STUDENT examples have truth: the others, and those whose truth is missing,
     *     get an abstention; null: they get no label
     */
    public record Waiting(
            LongSupplier horizonMs,
            int limit,
            IntFunction<Set<String>> queued,
            Supplier<@Nullable TruthDraw> draw) {}

    /**
     * @param consumer without a group; this closes it
     * @param classes of the task; 0 for choice
     * @param committed the group's committed offset of a truth partition, 0 for none: dead letters
     *     of records before it were sent
     */
    public TruthLabeler(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int classes,
            RecordReader records,
            DeadLetters deadLetters,
            PartitionEnds ends,
            ToLongFunction<TopicPartition> committed,
            Waiting waiting) {
        this.topic = topic;
        this.classes = classes;
        this.records = records;
        this.truth = new PartitionReader(consumer, topic, deadLetters, committed, this::take);
        this.ends = ends;
        this.waiting = waiting;
    }

    @Override
    public boolean forwardsMisplaced() {
        return true;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        abstaining.clear();
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
        while (polls < POLLS_PER_ROUND && truth.poll()) {
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
        TruthDraw draw = waiting.draw().get();
        boolean abstains = draw != null && input.example().getSplit() == Split.STUDENT;
        if (abstains && draw != null && !draw.takes(input.example().getId())) {
            return abstain(input, Answer.YES);
        }
        long horizonMs = waiting.horizonMs().getAsLong();
        return switch (window.find(input.example().getId(), timeMs, horizonMs)) {
            case IN_TIME -> Answer.YES;
            case TOO_LATE -> {
                String line =
                        tooLateExamples.add(
                                window.watermarkMs(input.example().getId()) - timeMs, horizonMs);
                if (line != null) {
                    LOG.warn("{}, partition {}: {}", topic, partition, line);
                }
                yield abstains ? abstain(input, Answer.TOO_LATE_ABSTAINED) : Answer.TOO_LATE;
            }
            case NEEDS_SEARCH -> {
                toSearch.add(partition); // in the next round: those before it are not judged yet
                yield Answer.WAIT;
            }
            case ABSENT -> {
                starving.add(partition);
                yield !truth.isThrough(partition, ends)
                        ? Answer.WAIT
                        : abstains ? abstain(input, Answer.YES) : Answer.NEVER;
            }
        };
    }

    private Answer abstain(LabelerInput input, Answer answer) {
        abstaining.add(input.example().getId());
        return answer;
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        List<GivenLabel> rows = new ArrayList<>();
        var rejected = new TreeMap<Integer, String>();
        for (int i = 0; i < inputs.size(); i++) {
            Example example = inputs.get(i).example();
            if (abstaining.contains(example.getId())) {
                rows.add(new GivenLabel(0, Labeler.ABSTAINED));
                continue;
            }
            int truth = label(example);
            float[] distribution = new float[Distributions.size(classes, example)];
            if (truth < distribution.length) {
                distribution[truth] = 1;
                rows.add(new GivenLabel(0, distribution));
            } else {
                rejected.put(
                        i,
                        "its truth is option %d, expected one of its %d options, from 0"
                                .formatted(truth, distribution.length));
            }
        }
        return new Rows<>(rows, rejected);
    }

    @Override
    public boolean predicts() {
        return false;
    }

    @Override
    public void contribute(TransactionBatch batch) {
        truth.contribute(batch);
        truth.committed(); // if it is not, all is read again
    }

    @Override
    public void rewind() {
        assign(Set.of());
    }

    @Override
    public void close() {
        truth.close();
    }

    private void assign(Set<Integer> partitions) {
        windows.keySet().retainAll(partitions);
        starving.retainAll(partitions);
        toSearch.retainAll(partitions);
        partitions.forEach(p -> windows.putIfAbsent(p, new TruthWindow(waiting.limit())));
        truth.assign(partitions);
    }

    /** Pauses full partitions, except those whose oldest example waits; once each round. */
    private void balance() {
        truth.pause(p -> Objects.requireNonNull(windows.get(p)).isFull() && !starving.contains(p));
        starving.clear();
    }

    private void search(int partition, TruthWindow window) {
        window.search(waiting.queued().apply(partition));
        starving.add(partition);
        truth.restart(partition);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        TruthWindow window = windows.get(record.partition());
        if (window == null) {
            return;
        }
        Truth event = records.truth(record, classes);
        if (event == null) {
            window.remove(RecordReader.key(record));
        } else {
            long timeMs = RecordReader.timeMs(event.getEventTimeMs(), record);
            window.put(event.getId(), event.getLabel(), timeMs);
        }
    }

    private int label(Example example) {
        for (TruthWindow window : windows.values()) {
            Integer label = window.label(example.getId());
            if (label != null) {
                return label;
            }
        }
        throw new IllegalStateException("no truth for an example that was said to have it");
    }
}
