package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.records.Computation;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs one labeler on the examples of one task: takes the oldest unfinished examples of each
 * partition, has them labelled on another thread, and commits labels, predictions, progress, dead
 * letters and offsets in one transaction. Polls while examples are labelled; if a partition is
 * revoked meanwhile, nothing of them is committed. Belongs to one thread.
 */
public final class Labeling implements AutoCloseable {
    /** Examples in memory: of the running transaction, and announced for the next one. */
    public static final int MAX_BUFFERED = 2 * BatchAssembler.MOST;

    private final LabelerTopics topics;
    private final Inbox inbox;
    private final Outbox outbox;
    private final ExampleLabeler labeler;
    private final BatchAssembler assembler;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final Executor computing;
    private final @Nullable LearningPosition position;

    private Counts counts = Counts.NONE;
    private @Nullable Running running;

    /**
     * A transaction whose examples are being labelled.
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
     * @param computing one thread, on which examples are labelled and the labeler is closed
     * @param position of a labeler that learns; null: it does not
     */
    public Labeling(
            LabelerTopics topics,
            Inbox inbox,
            Outbox outbox,
            ExampleLabeler labeler,
            PartitionEnds ends,
            IntFunction<@Nullable Progress> ownProgress,
            RecordReader reader,
            DeadLetters deadLetters,
            Clock clock,
            Executor computing,
            @Nullable LearningPosition position) {
        this.topics = topics;
        this.inbox = inbox;
        this.outbox = outbox;
        this.labeler = labeler;
        this.assembler =
                new BatchAssembler(
                        topics.input(),
                        topics.classes(),
                        inbox,
                        labeler,
                        ends,
                        ownProgress,
                        reader,
                        deadLetters);
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.computing = computing;
        this.position = position;
    }

    /**
     * One round, at most one transaction.
     *
     * @param wait longest wait for examples, or for their labels
     * @return whether anything was done
     */
    public boolean step(Duration wait) {
        boolean received = false;
        if (running == null) {
            inbox.poll(wait, MAX_BUFFERED);
            if (assembler.update() && position != null) {
                position.restore(labeler);
            }
            received = labeler.follow(inbox.partitions());
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
        Turns turns = position == null ? null : position.turns();
        if (position != null && turns == null) {
            return null; // not all partitions are here
        }
        TransactionBatch batch = new TransactionBatch();
        List<ExampleBatch> all = assembler.take(turns, batch);
        labeler.contribute(batch);
        if (all.isEmpty() && batch.isEmpty()) {
            return null;
        }
        List<LabelerInput> inputs = inputs(all);
        List<LabelerInput> soon = new ArrayList<>();
        if (labeler.looksAhead()) {
            soon.addAll(inputs);
            soon.addAll(assembler.following());
        }
        LabelerState.Builder reached = position == null ? null : position.after(all);
        return new Running(
                all,
                batch,
                inbox.revocations(),
                Computation.start(
                        computing,
                        () -> {
                            labeler.expect(soon);
                            return LabelTransaction.of(
                                    all,
                                    labeler.judge(inputs),
                                    reached,
                                    labeler,
                                    topics,
                                    reader.codec(),
                                    deadLetters,
                                    clock.millis());
                        }));
    }

    private boolean commit(Running done) {
        LabelTransaction labelled = done.computation().result();
        TransactionBatch batch = done.batch();
        labelled.records().forEach(batch::add);
        if (inbox.revocations() != done.revocations() || !outbox.commit(batch, inbox.group())) {
            inbox.rewind();
            labeler.rewind();
            return false;
        }
        for (int i = 0; i < done.taken().size(); i++) {
            ExampleBatch taken = done.taken().get(i);
            LabelingProgress after = labelled.after().get(i);
            long labels = after.labels() - taken.before().labels();
            assembler.committed(taken.partition(), after);
            counts =
                    counts.plus(
                            new Counts(labels, taken.rows() - labels, taken.tooLate(), List.of()));
        }
        counts = counts.plus(new Counts(0, 0, 0, labelled.votes()));
        return true;
    }

    /** Whether examples are being labelled. */
    boolean isComputing() {
        return running != null;
    }

    /** Counts of what was committed since the last call. */
    Counts takeCounts() {
        Counts taken = counts;
        counts = Counts.NONE;
        return taken;
    }

    /** Leaves the group at once; a running transaction is not committed. */
    @Override
    public void close() {
        try (inbox;
                outbox) {
            computing.execute(labeler::close);
        }
    }

    private static List<LabelerInput> inputs(List<ExampleBatch> all) {
        return all.stream()
                .flatMap(t -> t.accepted().stream())
                .sorted(Comparator.comparingInt(ExampleBatch.Input::place))
                .map(ExampleBatch.Input::labelled)
                .toList();
    }
}
