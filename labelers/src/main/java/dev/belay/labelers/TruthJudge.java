package dev.belay.labelers;

import dev.belay.runtime.DeadLetters;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The truth about the examples of some partitions: an example waits for it, and goes without a
 * label only when the truth has ended without it.
 *
 * <p>Truth partitions are read from their beginnings into memory, about 100 bytes an id: the truth
 * may come long before its example. Unreadable truth goes to the dead letters once: the group's
 * committed offset of the truth partition says up to where it has.
 */
final class TruthJudge implements Judge {
    private static final int POLLS_PER_ROUND = 20;

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final int classes;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Ends ends;
    private final ToLongFunction<TopicPartition> lettersDoneTo;

    private final Map<Integer, Map<String, Integer>> classById = new HashMap<>();
    private final Map<TopicPartition, Long> lettersFrom = new HashMap<>();
    private final List<Letter> letters = new ArrayList<>();

    /** A dead letter that is to be written, and the truth partition's offset behind it. */
    private record Letter(TopicPartition from, long next, ProducerRecord<byte[], byte[]> record) {}

    /**
     * @param consumer without a group; this closes it
     * @param lettersDoneTo the group's committed offset of a truth partition, 0 for none
     */
    TruthJudge(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int classes,
            RecordReader reader,
            DeadLetters deadLetters,
            Ends ends,
            ToLongFunction<TopicPartition> lettersDoneTo) {
        this.consumer = consumer;
        this.topic = topic;
        this.classes = classes;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.ends = ends;
        this.lettersDoneTo = lettersDoneTo;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        if (!partitions.equals(classById.keySet())) {
            assign(partitions);
        }
        if (partitions.isEmpty()) {
            return false;
        }
        int polls = 0;
        while (polls < POLLS_PER_ROUND && poll()) {
            polls++;
        }
        return polls > 0;
    }

    @Override
    public Answer answer(int partition, Example example) {
        if (truth(partition, example.getId()) != null) {
            return Answer.YES;
        }
        long position = consumer.position(new TopicPartition(topic, partition));
        return ends.passed(topic, partition, position) ? Answer.NEVER : Answer.WAIT;
    }

    @Override
    public Verdict judge(List<Example> examples) {
        return new Verdict(0, examples.stream().map(this::oneHot).toList());
    }

    @Override
    public boolean predicts() {
        return false;
    }

    @Override
    public void contribute(Batch batch) {
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
        added.removeAll(classById.keySet());
        classById.keySet().retainAll(partitions);
        List<TopicPartition> all =
                partitions.stream().map(p -> new TopicPartition(topic, p)).toList();
        lettersFrom.keySet().retainAll(all);
        letters.removeIf(letter -> !all.contains(letter.from()));
        consumer.assign(all);
        for (int p : added) {
            classById.put(p, new HashMap<>());
            TopicPartition partition = new TopicPartition(topic, p);
            lettersFrom.put(partition, lettersDoneTo.applyAsLong(partition));
        }
        consumer.seekToBeginning(
                added.stream().map(p -> new TopicPartition(topic, p)).collect(Collectors.toSet()));
    }

    private boolean poll() {
        var records = consumer.poll(Duration.ZERO);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            take(record);
        }
        return !records.isEmpty();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Map<String, Integer> known = classById.get(record.partition());
        if (known == null) {
            return;
        }
        try {
            Truth truth = reader.truth(record, classes);
            if (truth == null) {
                known.remove(RecordReader.key(record));
            } else {
                known.put(truth.getId(), truth.getLabel());
            }
        } catch (BadRecordException e) {
            TopicPartition partition = new TopicPartition(topic, record.partition());
            if (record.offset() >= lettersFrom.getOrDefault(partition, 0L)) {
                var letter = deadLetters.of(record, String.valueOf(e.getMessage()));
                letters.add(new Letter(partition, record.offset() + 1, letter));
            }
        }
    }

    private @Nullable Integer truth(int partition, String id) {
        Map<String, Integer> known = classById.get(partition);
        return known == null ? null : known.get(id);
    }

    private float[] oneHot(Example example) {
        for (Map<String, Integer> known : classById.values()) {
            Integer label = known.get(example.getId());
            if (label != null) {
                float[] distribution = new float[classes];
                distribution[label] = 1;
                return distribution;
            }
        }
        throw new IllegalStateException("no truth for an example that was said to have it");
    }
}
