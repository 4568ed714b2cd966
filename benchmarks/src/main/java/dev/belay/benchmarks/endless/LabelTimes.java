package dev.belay.benchmarks.endless;

import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows a student's labels, checkpoints and metrics as a {@code read_committed} reader, and notes
 * when each label was learned from and counted. Belongs to one thread.
 */
final class LabelTimes implements AutoCloseable {
    /** A label of an example that the student learns from; times in ms since the epoch. */
    private record Labelled(int partition, long offset, long recordMs, long seenMs) {}

    /** Labels below the offset are learned from at a time. */
    private record Learned(int partition, long offset, long seenMs) {}

    /** So many labels are counted at a time. */
    private record Counted(long labels, long seenMs) {}

    private final Clients clients;
    private final String student;
    private final String labels;
    private final Consumer<byte[], byte[]> consumer;
    private final List<Labelled> labelled = new ArrayList<>();
    private final List<Learned> learned = new ArrayList<>();
    private final List<Counted> counted = new ArrayList<>();
    private final long[] cursor = new long[Stage.PARTITIONS];

    /**
     * @param task whose topics are there
     * @param supervisor its id
     * @param student its id
     */
    LabelTimes(Clients clients, String task, String supervisor, String student) {
        this.clients = clients;
        this.student = student;
        this.labels = clients.topics().labels(task, supervisor);
        this.consumer = clients.consumer(null, "bench-endless");
        List<TopicPartition> all = new ArrayList<>();
        List<String> topics =
                List.of(labels, clients.topics().checkpoints(), clients.topics().metrics());
        for (String topic : topics) {
            IntStream.range(0, consumer.partitionsFor(topic).size())
                    .forEach(p -> all.add(new TopicPartition(topic, p)));
        }
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    /** Reads the records available within a time. */
    void poll(Duration atMost) {
        for (var record : consumer.poll(atMost)) {
            long seenMs = System.currentTimeMillis();
            String topic = record.topic();
            byte[] value = record.value();
            if (value == null) {
                continue; // a tombstone of a metrics row
            }
            if (topic.equals(labels)) {
                Label label = clients.codec().decode(topic, value, Label.class);
                if (label.getExample().getSplit() == Split.STUDENT) {
                    long recordMs = label.getExample().getEventTimeMs();
                    labelled.add(
                            new Labelled(record.partition(), record.offset(), recordMs, seenMs));
                }
            } else if (topic.equals(clients.topics().checkpoints())) {
                Checkpoint checkpoint = clients.codec().decode(topic, value, Checkpoint.class);
                if (checkpoint.getModel().equals(student)) {
                    for (PartitionCursor at : checkpoint.getCursor()) {
                        learned.add(new Learned(at.getPartition(), at.getOffset(), seenMs));
                        cursor[at.getPartition()] = at.getOffset();
                    }
                }
            } else {
                PairMetrics row = clients.codec().decode(topic, value, PairMetrics.class);
                if (row.getStudent().equals(student)
                        && row.getPhase() == Phase.PROGRESSIVE
                        && row.getWindowStartMs() == null) {
                    counted.add(new Counted(row.getN(), seenMs));
                }
            }
        }
    }

    /** Labels read so far. */
    int labels() {
        return labelled.size();
    }

    /** Whether all labels read so far were learned from and are counted. */
    boolean isDone() {
        return !counted.isEmpty()
                && counted.get(counted.size() - 1).labels() >= labelled.size()
                && labelled.stream().allMatch(label -> label.offset() < cursor[label.partition()]);
    }

    /** When the newest count was read, ms since the epoch. */
    long lastCountedMs() {
        return counted.get(counted.size() - 1).seenMs();
    }

    /**
     * Ms from a record to its label, ascending.
     *
     * @param sinceMs of records at this time or later
     */
    List<Double> labelledAfterMs(long sinceMs) {
        return labelled.stream()
                .filter(label -> label.recordMs() >= sinceMs)
                .map(label -> (double) label.seenMs() - label.recordMs())
                .sorted()
                .toList();
    }

    /**
     * Ms from a record to the first checkpoint that has learned from it, ascending.
     *
     * @param sinceMs of records at this time or later
     */
    List<Double> learnedAfterMs(long sinceMs) {
        return labelled.stream()
                .filter(label -> label.recordMs() >= sinceMs)
                .map(label -> (double) learnedMs(label) - label.recordMs())
                .sorted()
                .toList();
    }

    private long learnedMs(Labelled label) {
        return learned.stream()
                .filter(l -> l.partition() == label.partition() && l.offset() > label.offset())
                .mapToLong(Learned::seenMs)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a label was not learned from"));
    }

    /**
     * Ms from the n-th record, by time, to the first count of at least n, ascending: which labels a
     * count has is not in the metrics.
     *
     * @param sinceMs of records at this time or later
     */
    List<Double> countedAfterMs(long sinceMs) {
        List<Long> times = labelled.stream().map(Labelled::recordMs).sorted().toList();
        List<Double> after = new ArrayList<>();
        int at = 0;
        for (int n = 1; n <= times.size(); n++) {
            while (counted.get(at).labels() < n) {
                at++;
            }
            if (times.get(n - 1) >= sinceMs) {
                after.add((double) counted.get(at).seenMs() - times.get(n - 1));
            }
        }
        return after.stream().sorted().toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
