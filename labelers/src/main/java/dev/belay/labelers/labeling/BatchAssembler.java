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
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes the examples of the next transaction from the inbox: the oldest unfinished ones of each
 * partition, in shares as equal as possible, or in {@link Turns} where the labeler learns. Tracks
 * the labeler's progress in each partition. Belongs to one thread.
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

    /** Inputs taken for the next transaction. */
    private int places;

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

    /**
     * Follows the assignment: new and rewound partitions resume from committed progress.
     *
     * @return whether there are any
     */
    boolean update() {
        Set<Integer> fresh = inbox.takeFresh();
        for (int partition : fresh) {
            LabelingProgress known = LabelingProgress.of(ownProgress.apply(partition));
            progress.put(partition, known);
            // brokers delete offsets of groups inactive for days, progress is kept. Its rows count
            // from offset 0, where the inbox begins if no offset is committed
            skip.put(partition, inbox.hasCommitted(partition) ? 0L : known.rows());
        }
        return !fresh.isEmpty();
    }

    /** The labels of a batch are committed. */
    void committed(int partition, LabelingProgress after) {
        progress.put(partition, after);
    }

    /**
     * Takes the examples of a transaction.
     *
     * @param turns the order over all partitions; null: of no importance
     * @param batch receives their offsets and the dead letters of records that can't be read
     */
    List<ExampleBatch> take(@Nullable Turns turns, TransactionBatch batch) {
        places = 0;
        SortedMap<Integer, Taking> takings = new TreeMap<>();
        inbox.partitions().forEach(p -> takings.put(p, new Taking(p, batch)));
        if (turns != null) {
            turns.take(takings, MOST);
        } else {
            // a full transaction that was announced is taken unchanged, even if more was received
            // since
            boolean full =
                    announced.keySet().equals(inbox.partitions())
                            && announced.values().stream().mapToInt(n -> n).sum() == MOST;
            SortedMap<Integer, Integer> shares = full ? announced : shares();
            takings.forEach((p, taking) -> taking.take(shares.getOrDefault(p, 0)));
        }
        return takings.values().stream().map(Taking::finish).filter(Objects::nonNull).toList();
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

    /** The oldest records of a partition, as they are taken. */
    private final class Taking implements Turns.Head {
        private final int partition;
        private final TransactionBatch batch;
        private final Deque<ConsumerRecord<byte[], byte[]>> queue;
        private final List<ExampleBatch.Input> accepted = new ArrayList<>();
        private long late;
        private long rows;
        private long next = -1;

        Taking(int partition, TransactionBatch batch) {
            this.partition = partition;
            this.batch = batch;
            this.queue = inbox.queue(partition);
            long left = skip.getOrDefault(partition, 0L);
            while (left > 0 && !queue.isEmpty()) {
                drop();
                left--;
            }
            skip.put(partition, left);
        }

        void take(int most) {
            while (rows < most && take()) {}
        }

        @Override
        public boolean take() {
            if (queue.isEmpty()) {
                return false;
            }
            ConsumerRecord<byte[], byte[]> head = queue.element();
            try {
                LabelerInput input = read(head);
                ExampleLabeler.Answer answer =
                        input == null
                                ? ExampleLabeler.Answer.NEVER
                                : answer(partition, input, head);
                if (answer == ExampleLabeler.Answer.WAIT) {
                    return false;
                }
                if (input != null && answer == ExampleLabeler.Answer.YES) {
                    accepted.add(new ExampleBatch.Input(head, input, places++));
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
            drop();
            return true;
        }

        private void drop() {
            next = queue.remove().offset() + 1;
        }

        @Override
        public boolean isMissing() {
            return queue.isEmpty();
        }

        @Override
        public boolean hasEnded() {
            return queue.isEmpty() && ends.passed(topic, partition, inbox.position(partition));
        }

        /** Null if nothing is new. */
        @Nullable ExampleBatch finish() {
            LabelingProgress before = progress.getOrDefault(partition, LabelingProgress.of(null));
            boolean ended = hasEnded();
            // one that was set back has not ended any more, as is written with its first record
            if (next < 0 && (!queue.isEmpty() || ended == before.ended())) {
                return null;
            }
            long reached = queue.isEmpty() ? inbox.position(partition) : next;
            batch.reached(inbox.partition(partition), reached);
            return new ExampleBatch(partition, accepted, late, rows, before, ended, reached);
        }
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
