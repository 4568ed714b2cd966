package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.Computation;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One labeler at work on the examples of one task: takes the oldest unfinished examples of each
 * partition, has them judged on another thread, and commits labels, predictions, progress, dead
 * letters and offsets together. It keeps polling while examples are judged; if a partition is
 * revoked in the meantime nothing of them is committed. Belongs to one thread.
 */
public final class Labeling implements AutoCloseable {
    /** Examples of one transaction, over all partitions. */
    static final int MOST = 1024;

    /** Examples in hand: those of a transaction, and those that are begun while it is made. */
    public static final int IN_HAND = 2 * MOST;

    private final LabelerTopics topics;
    private final Inbox inbox;
    private final Outbox outbox;
    private final ExampleLabeler judge;
    private final PartitionEnds ends;
    private final IntFunction<@Nullable Progress> ownProgress;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final Executor computing;

    private final Map<Integer, LabelingProgress> passed = new HashMap<>();
    private final Map<Integer, Long> skip = new HashMap<>();
    private SortedMap<Integer, Integer> begun = new TreeMap<>(); // shares of what is expected next
    private Counts counts = Counts.NONE;
    private @Nullable Running running;

    /**
     * A transaction in the making.
     *
     * @param revocations of the inbox when its examples were taken
     */
    private record Running(
            List<ExampleBatch> taken,
            TransactionBatch batch,
            long revocations,
            Computation<LabelTransaction> computation) {}

    /**
     * @param ownProgress this labeler's last committed progress in a partition, whichever process
     *     wrote it
     * @param computing one thread, on which examples are judged and the judge is closed
     */
    public Labeling(
            LabelerTopics topics,
            Inbox inbox,
            Outbox outbox,
            ExampleLabeler judge,
            PartitionEnds ends,
            IntFunction<@Nullable Progress> ownProgress,
            RecordReader reader,
            DeadLetters deadLetters,
            Clock clock,
            Executor computing) {
        this.topics = topics;
        this.inbox = inbox;
        this.outbox = outbox;
        this.judge = judge;
        this.ends = ends;
        this.ownProgress = ownProgress;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.computing = computing;
    }

    /**
     * One round, at most one transaction.
     *
     * @param wait for how long to wait for examples, or until they are judged
     * @return whether anything was done
     */
    public boolean step(Duration wait) {
        boolean received = false;
        if (running == null) {
            inbox.poll(wait, IN_HAND);
            for (int p : inbox.takeFresh()) {
                begin(p);
            }
            received = judge.follow(inbox.partitions());
            running = start();
        } else {
            boolean unused = inbox.poll(Duration.ZERO);
        }
        Running now = running;
        if (now == null || !now.computation().await(wait)) {
            return received;
        }
        running = null;
        return commit(now);
    }

    private @Nullable Running start() {
        TransactionBatch batch = new TransactionBatch();
        List<ExampleBatch> all = take(batch);
        judge.contribute(batch);
        if (all.isEmpty() && batch.isEmpty()) {
            return null;
        }
        List<LabelerInput> inputs = inputs(all);
        List<LabelerInput> soon = new ArrayList<>();
        if (judge.looksAhead()) {
            soon.addAll(inputs);
            soon.addAll(following());
        }
        return new Running(
                all,
                batch,
                inbox.revocations(),
                Computation.start(
                        computing,
                        () -> {
                            judge.expect(soon);
                            return LabelTransaction.of(
                                    all,
                                    judge.judge(inputs),
                                    judge,
                                    topics,
                                    reader.codec(),
                                    deadLetters,
                                    clock.millis());
                        }));
    }

    private boolean commit(Running done) {
        LabelTransaction judged = done.computation().result();
        TransactionBatch batch = done.batch();
        judged.records().forEach(batch::add);
        if (inbox.revocations() != done.revocations() || !outbox.commit(batch, inbox.group())) {
            inbox.rewind();
            judge.rewind();
            return false;
        }
        for (int i = 0; i < done.taken().size(); i++) {
            ExampleBatch taken = done.taken().get(i);
            LabelingProgress after = judged.after().get(i);
            long labels = after.labels() - taken.before().labels();
            passed.put(taken.partition(), after);
            counts = counts.plus(new Counts(labels, taken.rows() - labels, taken.tooLate()));
        }
        return true;
    }

    /** Whether examples are being judged. */
    boolean isComputing() {
        return running != null;
    }

    /** What it has done since the last call. */
    Counts takeCounts() {
        Counts taken = counts;
        counts = Counts.NONE;
        return taken;
    }

    /** Leaves the group at once; what is being computed is not committed. */
    @Override
    public void close() {
        try (inbox;
                outbox) {
            computing.execute(judge::close);
        }
    }

    private void begin(int partition) {
        LabelingProgress known = LabelingProgress.of(ownProgress.apply(partition));
        passed.put(partition, known);
        // brokers forget the offsets of groups that were away for days; progress stays. Its rows
        // count from offset 0, and the inbox begins there or not at all
        skip.put(partition, inbox.hasCommitted(partition) ? 0L : known.rows());
    }

    private List<ExampleBatch> take(TransactionBatch batch) {
        List<ExampleBatch> all = new ArrayList<>();
        // what has been begun is taken as it was begun, even if more has come since
        boolean whole =
                begun.keySet().equals(inbox.partitions())
                        && begun.values().stream().mapToInt(n -> n).sum() == MOST;
        (whole ? begun : shares())
                .forEach(
                        (p, share) -> {
                            ExampleBatch taken = take(p, share, batch);
                            if (taken != null) {
                                all.add(taken);
                            }
                        });
        return all;
    }

    /**
     * Records of each partition in the next transaction: as many of each, and what some lack the
     * others may have, so that no transaction is small while there is enough.
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

    /** What the next round will take first, as far as it has come. */
    private List<LabelerInput> following() {
        List<LabelerInput> following = new ArrayList<>();
        begun = shares();
        begun.forEach(
                (p, share) -> {
                    if (skip.getOrDefault(p, 0L) == 0) { // else labelled already
                        inbox.queue(p).stream()
                                .limit(share)
                                .forEach(record -> follow(p, record, following));
                    }
                });
        return following;
    }

    private void follow(
            int partition, ConsumerRecord<byte[], byte[]> record, List<LabelerInput> following) {
        try {
            LabelerInput input = read(record);
            if (input != null && answer(partition, input, record) == ExampleLabeler.Answer.YES) {
                following.add(input);
            }
        } catch (BadRecordException e) {
            // found again, and reported, when it is taken
        }
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
                } catch (BadRecordException e) {
                    batch.add(deadLetters.of(head, String.valueOf(e.getMessage())));
                }
                rows++;
            }
            next = head.offset() + 1;
            queue.remove();
        }
        skip.merge(partition, -skipped, Long::sum);
        LabelingProgress before = passed.getOrDefault(partition, LabelingProgress.of(null));
        long position = inbox.position(partition);
        boolean ended = queue.isEmpty() && ends.passed(topics.input(), partition, position);
        if (next < 0 && ended == before.ended()) {
            return null;
        }
        batch.reached(inbox.partition(partition), queue.isEmpty() ? position : next);
        return new ExampleBatch(partition, accepted, late, rows, before, ended);
    }

    private @Nullable LabelerInput read(ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        LabelerInput input = judge.read(reader, record);
        if (input != null) {
            RecordReader.requireKind(input.example(), topics.classes());
        }
        return input;
    }

    private ExampleLabeler.Answer answer(
            int partition, LabelerInput input, ConsumerRecord<byte[], byte[]> record) {
        long timeMs = RecordReader.timeMs(input.example().getEventTimeMs(), record);
        return judge.answer(partition, input, timeMs);
    }

    private static List<LabelerInput> inputs(List<ExampleBatch> all) {
        return all.stream()
                .flatMap(t -> t.accepted().stream())
                .map(ExampleBatch.Input::labelled)
                .toList();
    }
}
