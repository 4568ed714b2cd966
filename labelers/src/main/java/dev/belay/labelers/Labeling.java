package dev.belay.labelers;

import dev.belay.runtime.DeadLetters;
import dev.belay.runtime.ProgressTable;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
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
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One labeler at work on the examples of one task: takes the oldest unfinished examples of each
 * partition, has them judged, and commits labels, predictions, progress, dead letters and offsets
 * together. Belongs to one thread.
 */
final class Labeling implements AutoCloseable {
    /** Examples of one transaction, over all partitions. */
    static final int MOST = 1024;

    /** Examples in hand: those of a transaction, and those that are begun while it is made. */
    static final int IN_HAND = 2 * MOST;

    private final LabelerTopics topics;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Judge judge;
    private final Ends ends;
    private final IntFunction<@Nullable Progress> ownProgress;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Clock clock;

    private final Map<Integer, Passed> passed = new HashMap<>();
    private final Map<Integer, Long> skip = new HashMap<>();
    private SortedMap<Integer, Integer> begun = new TreeMap<>(); // shares of what is expected next
    private long labelled;
    private long unlabelled;

    /** Examples taken from one partition, to become part of a transaction. */
    private record Taken(int partition, List<Example> labelled, long rows, Passed after) {}

    /**
     * @param ownProgress this labeler's last committed progress in a partition, whichever process
     *     wrote it
     */
    Labeling(
            LabelerTopics topics,
            Inbox inbox,
            Outbox outbox,
            Judge judge,
            Ends ends,
            IntFunction<@Nullable Progress> ownProgress,
            RecordReader reader,
            DeadLetters deadLetters,
            Clock clock) {
        this.topics = topics;
        this.inbox = inbox;
        this.outbox = outbox;
        this.judge = judge;
        this.ends = ends;
        this.ownProgress = ownProgress;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    /**
     * One round, at most one transaction.
     *
     * @param wait for how long to wait for examples when there are none
     * @return whether anything was done
     */
    boolean step(Duration wait) {
        inbox.poll(wait, IN_HAND);
        for (int p : inbox.takeFresh()) {
            begin(p);
        }
        boolean heard = judge.follow(inbox.partitions());
        Batch batch = new Batch();
        List<Taken> all = take(batch);
        write(all, batch);
        judge.contribute(batch);
        if (batch.isEmpty()) {
            return heard;
        }
        if (!outbox.commit(batch, inbox.group())) {
            inbox.rewind();
            judge.rewind();
            return false;
        }
        for (Taken taken : all) {
            passed.put(taken.partition(), taken.after());
            labelled += taken.labelled().size();
            unlabelled += taken.rows() - taken.labelled().size();
        }
        return true;
    }

    /** Labels written by this process. */
    long labelled() {
        return labelled;
    }

    /** Records passed without a label by this process: other splits, dead letters, no truth. */
    long unlabelled() {
        return unlabelled;
    }

    @Override
    public void close() {
        try (inbox;
                outbox) {
            judge.close();
        }
    }

    private void begin(int partition) {
        Passed known = Passed.of(ownProgress.apply(partition));
        passed.put(partition, known);
        // brokers forget the offsets of groups that were away for days; progress stays. Its rows
        // count from offset 0, and the inbox begins there or not at all
        skip.put(partition, inbox.hasCommitted(partition) ? 0L : known.rows());
    }

    private List<Taken> take(Batch batch) {
        List<Taken> all = new ArrayList<>();
        // what has been begun is taken as it was begun, even if more has come since
        boolean whole =
                begun.keySet().equals(inbox.partitions())
                        && begun.values().stream().mapToInt(n -> n).sum() == MOST;
        (whole ? begun : shares())
                .forEach(
                        (p, share) -> {
                            Taken taken = take(p, share, batch);
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
    private List<Example> following() {
        List<Example> following = new ArrayList<>();
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
            int partition, ConsumerRecord<byte[], byte[]> record, List<Example> following) {
        try {
            Example example = read(record);
            if (judge.answer(partition, example) == Judge.Answer.YES) {
                following.add(example);
            }
        } catch (BadRecordException e) {
            // found again, and reported, when it is taken
        }
    }

    private @Nullable Taken take(int partition, int most, Batch batch) {
        Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
        List<Example> examples = new ArrayList<>();
        Map<String, Long> bySplit = new TreeMap<>();
        long rows = 0;
        long skipped = 0;
        long next = -1;
        while (!queue.isEmpty() && rows + skipped < most) {
            ConsumerRecord<byte[], byte[]> head = queue.element();
            if (skip.getOrDefault(partition, 0L) > skipped) {
                skipped++;
            } else {
                try {
                    Example example = read(head);
                    Judge.Answer answer = judge.answer(partition, example);
                    if (answer == Judge.Answer.WAIT) {
                        break;
                    }
                    if (answer == Judge.Answer.YES) {
                        examples.add(example);
                        bySplit.merge(example.getSplit().name(), 1L, Long::sum);
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
        Passed before = passed.getOrDefault(partition, Passed.of(null));
        long position = inbox.position(partition);
        boolean ended = queue.isEmpty() && ends.passed(topics.examples(), partition, position);
        if (next < 0 && ended == before.ended()) {
            return null;
        }
        batch.reached(inbox.partition(partition), queue.isEmpty() ? position : next);
        return new Taken(partition, examples, rows, before.plus(bySplit, rows, ended));
    }

    private Example read(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        Example example = reader.example(record);
        if (example.getSplit() == Split.HOLDOUT) {
            throw new BadRecordException("a HOLDOUT example, expected SUPERVISOR or STUDENT");
        }
        return example;
    }

    private void write(List<Taken> all, Batch batch) {
        List<Example> examples = all.stream().flatMap(t -> t.labelled().stream()).toList();
        if (judge.predicts()) {
            List<Example> soon = new ArrayList<>(examples);
            soon.addAll(following());
            judge.expect(soon);
        }
        Judge.Verdict verdict = judge.judge(examples);
        int row = 0;
        for (Taken taken : all) {
            int to = row + taken.labelled().size();
            List<float[]> distributions = verdict.distributions().subList(row, to);
            int partition = taken.partition();
            var labels =
                    new Labels(taken.labelled(), verdict.checkpoint(), distributions, partition);
            labels.labels(topics, reader.codec()).forEach(batch::add);
            if (judge.predicts()) {
                labels.blocks(topics, reader.codec()).forEach(batch::add);
            }
            batch.add(
                    reader.codec()
                            .record(
                                    topics.progress(),
                                    null,
                                    ProgressTable.key(topics.labels(), partition, topics.labeler()),
                                    taken.after()
                                            .progress(topics.labels(), partition, topics.labeler()),
                                    clock.millis()));
            row = to;
        }
    }
}
