package dev.belay.labelers.spec;

import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.PartitionReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.labelers.votes.VoteWindow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The votes on the examples of some partitions, read from the beginnings of the same partitions of
 * {@code belay.<task>.votes}. Not opened before a vote is asked for.
 *
 * <p><b>Bounds.</b> An equal share of {@link #VOTES_KEPT} votes is in memory for each partition. A
 * partition that has so many is paused unless its oldest example waits. Where votes of such an
 * example may have been dropped, the partition is read again, for all examples that wait ({@link
 * VoteWindow#search}).
 *
 * <p><b>Restart.</b> Nothing is restored: the same votes are found in the log again. Invalid
 * records are dead letters of the transaction that first follows, once for each labeler that reads
 * them. Belongs to one thread.
 */
final class VoteLog implements AutoCloseable {
    /** Of all partitions of a task together; some 60 MB. */
    static final int VOTES_KEPT = 500_000;

    private static final int POLLS_PER_ROUND = 20;

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final Wanted.Resources resources;
    private final PartitionEnds ends;
    private final int kept;
    private final Map<Integer, VoteWindow> windows = new HashMap<>();
    private final Set<Integer> starving = new HashSet<>();
    private final Set<Integer> toSearch = new HashSet<>();
    private @Nullable PartitionReader reader;

    /**
     * @param consumers makes a {@code read_committed} consumer without a group; this closes it
     * @param kept votes of a partition in memory
     */
    VoteLog(
            Supplier<Consumer<byte[], byte[]>> consumers,
            String topic,
            Wanted.Resources resources,
            int kept) {
        this.consumers = consumers;
        this.topic = topic;
        this.resources = resources;
        this.ends = resources.ends().apply(null);
        this.kept = kept;
    }

    /**
     * Reads the votes available of these partitions, without waiting.
     *
     * @return whether it read any records
     */
    boolean follow(Set<Integer> partitions) {
        PartitionReader votes = reader;
        if (votes == null) {
            return false;
        }
        if (!partitions.equals(windows.keySet())) {
            assign(votes, partitions);
        }
        if (partitions.isEmpty()) {
            return false;
        }
        for (int partition : toSearch) {
            window(partition).search(resources.inbox().keys(partition));
            starving.add(partition);
            votes.restart(partition);
        }
        toSearch.clear();
        votes.pause(p -> window(p).isFull() && !starving.contains(p));
        starving.clear();
        int polls = 0;
        while (polls < POLLS_PER_ROUND && votes.poll()) {
            polls++;
        }
        return polls > 0;
    }

    /**
     * The votes on the oldest example of a partition that count, by annotator; null while they are
     * not decided.
     *
     * @param timeMs its event time
     */
    @Nullable Map<String, Integer> of(
            int partition, LabelerInput input, long timeMs, VoteRule rule) {
        PartitionReader votes = open();
        VoteWindow window = windows.get(partition);
        if (window == null) {
            return null; // assigned in the next round
        }
        VoteWindow.Finding finding = window.find(input.example().getId(), timeMs, rule);
        if (finding.state() == VoteWindow.State.NEEDS_SEARCH) {
            toSearch.add(partition); // in the next round: those before it are not judged yet
            return null;
        }
        if (finding.state() == VoteWindow.State.OPEN) {
            starving.add(partition);
            if (!votes.isThrough(partition, ends)) {
                return null;
            }
        }
        return finding.votesFor(resources.topics().classes(), input.example());
    }

    /** Adds the dead letters found since the last call. */
    void contribute(TransactionBatch batch) {
        if (reader != null) {
            reader.contribute(batch);
            reader.committed(); // if it is not, all is read again
        }
    }

    /** Resets to what is committed. */
    void rewind() {
        if (reader != null) {
            assign(reader, Set.of());
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
    }

    private PartitionReader open() {
        PartitionReader votes = reader;
        if (votes == null) {
            votes =
                    new PartitionReader(
                            consumers.get(),
                            topic,
                            resources.deadLetters(),
                            this::committed,
                            this::take);
            reader = votes;
        }
        return votes;
    }

    private long committed(TopicPartition partition) {
        OffsetAndMetadata offset = resources.group().committed(Set.of(partition)).get(partition);
        return offset == null ? 0 : offset.offset();
    }

    private void assign(PartitionReader votes, Set<Integer> partitions) {
        windows.keySet().retainAll(partitions);
        starving.retainAll(partitions);
        toSearch.retainAll(partitions);
        partitions.forEach(p -> windows.putIfAbsent(p, new VoteWindow(kept)));
        votes.assign(partitions);
    }

    private VoteWindow window(int partition) {
        return Objects.requireNonNull(windows.get(partition));
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        VoteWindow window = windows.get(record.partition());
        if (window != null) {
            window.take(resources.reader(), record, resources.topics().classes());
        }
    }
}
