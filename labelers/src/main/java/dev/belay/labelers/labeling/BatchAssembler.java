package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.MisplacedException;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes the examples of the next transaction from the inbox: the oldest unfinished ones of each
 * partition, in shares as equal as possible. Tracks the labeler's progress in each partition.
 * Belongs to one thread.
 */
final class BatchAssembler {
    /** Examples of one transaction, over all partitions. */
    static final int MOST = 1024;

    private final String topic;
    private final int classes;
    private final Inbox inbox;
    private final ExampleLabeler labeler;
    private final PartitionEnds ends;
    private final IntFunction<@Nullable Progress> ownProgress;
    private final RecordReader reader;
    private final DeadLetters deadLetters;

    private final Map<Integer, LabelingProgress> progress = new HashMap<>();

    /** Records of a partition that are still to be skipped: labelled before. */
    private final Map<Integer, Long> skip = new HashMap<>();

    /** Records by partition that {@link #following} announced last. */
    private SortedMap<Integer, Integer> announced = new TreeMap<>();

    /**
     * @param topic that is labelled
     * @param classes of the task; 0 for choice
     * @param ownProgress this labeler's last committed progress in a partition, whichever process
     *     wrote it
     */
    BatchAssembler(
            String topic,
            int classes,
            Inbox inbox,
            ExampleLabeler labeler,
            PartitionEnds ends,
            IntFunction<@Nullable Progress> ownProgress,
            RecordReader reader,
            DeadLetters deadLetters) {
        this.topic = topic;
        this.classes = classes;
        this.inbox = inbox;
        this.labeler = labeler;
        this.ends = ends;
        this.ownProgress = ownProgress;
        this.reader = reader;
        this.deadLetters = deadLetters;
    }

    /** Follows the assignment: new and rewound partitions resume from committed progress. */
    void update() {
        for (int partition : inbox.takeFresh()) {
            LabelingProgress known = LabelingProgress.of(ownProgress.apply(partition));
            progress.put(partition, known);
            // brokers delete offsets of groups inactive for days, progress is kept. Its rows count
            // from offset 0, where the inbox begins if no offset is committed
            skip.put(partition, inbox.hasCommitted(partition) ? 0L : known.rows());
        }
    }

    /** The labels of a batch are committed. */
    void committed(int partition, LabelingProgress after) {
        progress.put(partition, after);
    }

    /**
     * Takes the examples of a transaction.
     *
     * @param batch receives their offsets and the dead letters of records that can't be read
     */
    List<ExampleBatch> take(TransactionBatch batch) {
        List<ExampleBatch> all = new ArrayList<>();
        // a full transaction that was announced is taken unchanged, even if more was received since
        boolean full =
                announced.keySet().equals(inbox.partitions())
                        && announced.values().stream().mapToInt(n -> n).sum() == MOST;
        (full ? announced : shares())
                .forEach(
                        (p, share) -> {
                            ExampleBatch taken = take(p, share, batch);
                            if (taken != null) {
                                all.add(taken);
                            }
                        });
        return all;
    }

    /** The examples received so far that the next {@link #take} will return. */
    List<LabelerInput> following() {
        List<LabelerInput> following = new ArrayList<>();
        announced = shares();
        announced.forEach(
                (p, share) -> {
                    if (skip.getOrDefault(p, 0L) == 0) { // else labelled before
                        inbox.queue(p).stream()
                                .limit(share)
                                .forEach(record -> addIfLabelled(p, record, following));
                    }
                });
        return following;
    }

    private void addIfLabelled(
            int partition, ConsumerRecord<byte[], byte[]> record, List<LabelerInput> following) {
        try {
            LabelerInput input = read(record);
            if (input != null && answer(partition, input, record) == ExampleLabeler.Answer.YES) {
                following.add(input);
            }
        } catch (BadRecordException e) {
            // becomes a dead letter when it is taken
        }
    }

    /**
     * Records of each partition in the next transaction: equal shares; what a partition lacks is
     * given to the others, so that a transaction is full if there are enough records.
     */
    private SortedMap<Integer, Integer> shares() {
        List<Integer> shortestFirst =
                inbox.partitions().stream()
                        .sorted(Comparator.comparingInt(p -> inbox.queue(p).size()))
                        .toList();
        SortedMap<Integer, Integer> shares = new TreeMap<>();
        int rest = MOST;
        for (int p : shortestFirst) {
            int even = Math.max(1, rest / (shortestFirst.size() - shares.size()));
            int share = Math.min(even, inbox.queue(p).size());
            shares.put(p, share);
            rest -= share;
        }
        return shares;
    }

    private @Nullable ExampleBatch take(int partition, int most, TransactionBatch batch) {
        Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
        List<ExampleBatch.Input> accepted = new ArrayList<>();
        long late = 0;
        long rows = 0;
        long skipped = 0;
        long next = -1;
        while (!queue.isEmpty() && rows + skipped < most) {
            ConsumerRecord<byte[], byte[]> head = queue.element();
            if (skip.getOrDefault(partition, 0L) > skipped) {
                skipped++;
            } else {
                try {
                    LabelerInput input = read(head);
                    ExampleLabeler.Answer answer =
                            input == null
                                    ? ExampleLabeler.Answer.NEVER
                                    : answer(partition, input, head);
                    if (answer == ExampleLabeler.Answer.WAIT) {
                        break;
                    }
                    if (input != null && answer == ExampleLabeler.Answer.YES) {
                        accepted.add(new ExampleBatch.Input(head, input));
                    } else if (answer == ExampleLabeler.Answer.TOO_LATE) {
                        late++;
                    }
                } catch (MisplacedException e) {
                    if (labeler.forwardsMisplaced()) {
                        batch.add(e.forwarded());
                    }
                } catch (BadRecordException e) {
                    batch.add(deadLetters.of(head, String.valueOf(e.getMessage())));
                }
                rows++;
            }
            next = head.offset() + 1;
            queue.remove();
        }
        skip.merge(partition, -skipped, Long::sum);
        LabelingProgress before = progress.getOrDefault(partition, LabelingProgress.of(null));
        long position = inbox.position(partition);
        boolean ended = queue.isEmpty() && ends.passed(topic, partition, position);
        // nothing taken: only its end is worth a transaction, not that the oldest example waits
        if (next < 0 && (ended == before.ended() || !queue.isEmpty())) {
            return null;
        }
        long reached = queue.isEmpty() ? position : next;
        batch.reached(inbox.partition(partition), reached);
        return new ExampleBatch(partition, accepted, late, rows, before, ended, reached);
    }

    private @Nullable LabelerInput read(ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        LabelerInput input = labeler.read(reader, record);
        if (input != null) {
            RecordReader.requireKind(input.example(), classes);
        }
        return input;
    }

    private ExampleLabeler.Answer answer(
            int partition, LabelerInput input, ConsumerRecord<byte[], byte[]> record) {
        long timeMs = RecordReader.timeMs(input.example().getEventTimeMs(), record);
        return labeler.answer(partition, input, timeMs);
    }
}
