package dev.belay.trainers.fleet;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.CheckpointTransaction;
import dev.belay.trainers.checkpoints.CheckpointWriter;
import dev.belay.trainers.checkpoints.CheckpointWriter.CheckpointFiles;
import dev.belay.trainers.checkpoints.PendingCheckpoint;
import dev.belay.trainers.labels.LabelFeeds;
import dev.belay.trainers.labels.LabelSource;
import dev.belay.trainers.learning.DivergedException;
import dev.belay.trainers.learning.Learner;
import dev.belay.trainers.learning.MicroEpoch;
import dev.belay.trainers.status.RunMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model that this process trains: takes micro-epochs from its labels, predicts and learns them
 * with the {@link Learner}, and passes each to the {@link CheckpointWriter}, which commits it while
 * the next one is learned. Used by the training thread.
 *
 * <p>A micro-epoch is FINISHED when the budget is consumed, the stopping rule stops, or the labels
 * ended before it was full: this depends on the labels only, not on when their end became known.
 * Examples that the encoder rejects are dead letters in the transaction of their micro-epoch, and
 * count neither as seen nor towards the budget.
 */
final class ModelRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRun.class);
    private static final String PLACE = "place";

    private final ModelSpec spec;
    private final Learner<?> learner;
    private final LabelFeeds feeds;
    private final LabelSource labels;
    private final RunMeters meters;
    private final CheckpointWriter writer;
    private final TreeSet<Long> supervisorCheckpoints = new TreeSet<>();
    private long[] cursor;
    private long number;
    private long seen;
    private boolean last;
    private long waitingSince = System.nanoTime();
    private long firstTakenAt;

    /**
     * Resumes from the last committed checkpoint.
     *
     * @param transaction closed by this, unless the constructor throws
     * @param executor writes checkpoints, one of a model at a time
     * @param committed its last checkpoint; null if it has none
     */
    ModelRun(
            ModelSpec spec,
            CheckpointTransaction transaction,
            Executor executor,
            CheckpointStore store,
            Networks networks,
            LabelFeeds feeds,
            MeterRegistry registry,
            @Nullable Checkpoint committed) {
        this.spec = spec;
        this.feeds = feeds;
        int turn = 0;
        CheckpointFiles files = CheckpointFiles.NONE;
        if (committed == null) {
            cursor = feeds.begin(spec);
            learner = Learner.fresh(spec, networks);
        } else {
            cursor = new long[spec.getPartitions()];
            files = CheckpointFiles.of(committed);
            supervisorCheckpoints.addAll(committed.getSupervisorCheckpoints());
            number = committed.getNumber();
            seen = committed.getExamplesSeen();
            turn = committed.getNextPartition();
            for (PartitionCursor c : committed.getCursor()) {
                cursor[c.getPartition()] = c.getOffset();
            }
            StoredFile state = files.state();
            byte[] stateFile = store.get(state.uri(), state.sha256());
            requirePlace(state, stateFile, place(cursor, turn));
            StoredFile weights = files.weights();
            byte[] weightsFile = store.get(weights.uri(), weights.sha256());
            learner = Learner.restored(spec, networks, weightsFile, stateFile, seen);
        }
        labels = new LabelSource(spec, cursor, turn);
        try {
            feeds.add(labels);
        } catch (RuntimeException e) {
            learner.close();
            throw e;
        }
        meters = new RunMeters(registry, spec.getId());
        writer = new CheckpointWriter(spec, transaction, meters, executor, files);
        LOG.info("training {} from checkpoint {}, {} examples seen", spec.getId(), number, seen);
    }

    ModelSpec spec() {
        return spec;
    }

    /**
     * Whether its last checkpoint is committed.
     *
     * @throws org.apache.kafka.common.KafkaException as {@link #step}
     */
    boolean hasEnded() {
        if (!last || !writer.isSettled()) {
            return false;
        }
        writer.settle();
        return true;
    }

    /** Whether a micro-epoch was committed since it was resumed. */
    boolean hasCommitted() {
        return writer.hasWritten();
    }

    /**
     * Learns one micro-epoch if its labels are available. It is committed later.
     *
     * @return whether it learned one
     * @throws org.apache.kafka.common.KafkaException when the previous transaction failed: the
     *     model must be resumed from its last committed checkpoint
     */
    boolean step(ProgressTable progress, Admin admin) {
        if (writer.isSettled()) {
            writer.settle();
        }
        if (last) {
            return false;
        }
        long left = spec.getBudget() > 0 ? spec.getBudget() - seen : Long.MAX_VALUE;
        long size = Math.min(spec.getMicroEpoch(), left);
        try {
            feeds.poll(labels, size);
        } catch (ExpiredOffsetException e) { // it would learn from other examples than specified
            fail(e.messageFor(labels.next(e.partition().partition())));
            return true;
        }
        feeds.lookForEnds(labels, progress, admin);
        meters.lag(feeds.lag(labels));
        int taken = labels.order().take(size);
        boolean ended = labels.order().exhausted();
        if (taken < size && !ended && !waitedEnough(taken)) {
            List<ProducerRecord<byte[], byte[]>> deadLetters = labels.excessDeadLetters();
            if (!deadLetters.isEmpty()) {
                writer.begin(deadLetters);
            }
            return false;
        }
        meters.time("wait", System.nanoTime() - waitingSince);
        microEpoch(labels.order().next(), left, taken < size && ended);
        waitingSince = System.nanoTime();
        firstTakenAt = 0;
        return true;
    }

    @Override
    public void close() {
        try (learner;
                meters;
                writer) {
            feeds.remove(labels);
        }
    }

    private boolean waitedEnough(int taken) {
        if (spec.getMaxWaitMs() == 0 || taken == 0) {
            return false;
        }
        if (firstTakenAt == 0) {
            firstTakenAt = System.nanoTime();
        }
        return System.nanoTime() - firstTakenAt
                >= TimeUnit.MILLISECONDS.toNanos(spec.getMaxWaitMs());
    }

    /**
     * @param left examples left in the budget
     * @param atEnd whether these are the last labels
     */
    private void microEpoch(List<LabelSource.Taken> all, long left, boolean atEnd) {
        MicroEpoch done = null;
        List<LabelSource.Taken> taken = all;
        if (!all.isEmpty()) {
            try {
                done = learner.run(all.stream().map(LabelSource.Taken::example).toList());
            } catch (DivergedException e) {
                fail(String.valueOf(e.getMessage()));
                return;
            }
            taken = accepted(all, done);
            meters.learned(done);
            meters.time("encode", done.encodeNs());
            meters.time("predict", done.predictNs());
            meters.time("learn", done.learnNs());
        }
        if (!spec.getSupervisor().equals(ModelId.TRUTH)) {
            taken.forEach(t -> supervisorCheckpoints.add(t.checkpoint()));
        }
        number++;
        seen += taken.size();
        last = taken.size() == left || atEnd || (done != null && done.stop());
        handIn(last ? State.FINISHED : isReady() ? State.READY : State.LEARNING, taken, done);
    }

    /** The examples that were learned from; the others become dead letters with the checkpoint. */
    private List<LabelSource.Taken> accepted(List<LabelSource.Taken> all, MicroEpoch done) {
        List<LabelSource.Taken> accepted = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String why = done.rejected().get(i);
            if (why == null) {
                accepted.add(all.get(i));
            } else {
                feeds.reject(labels, all.get(i), why);
            }
        }
        return accepted;
    }

    /** Passes a snapshot with the files of the checkpoint to the writer. */
    private void handIn(State now, List<LabelSource.Taken> taken, @Nullable MicroEpoch done) {
        long begin = System.nanoTime();
        writer.settle(); // at most one in memory
        long settled = System.nanoTime();
        long[] from = cursor;
        cursor = labels.order().cursor();
        int turn = labels.order().turn();
        PendingCheckpoint.Files files;
        try {
            files =
                    new PendingCheckpoint.Files(
                            learner.weights(), learner.state(place(cursor, turn)));
        } catch (CheckpointTooLargeException e) { // depends on the length of its texts
            number--;
            seen -= taken.size();
            fail(String.valueOf(e.getMessage()));
            return;
        }
        writer.begin(learned(now, null, from, taken, done, files));
        meters.time("held", settled - begin);
        meters.time("copy", System.nanoTime() - settled);
    }

    /** Ends this model only; its last good checkpoint stays valid. */
    private void fail(String reason) {
        LOG.error("{} failed at micro-epoch {}: {}", spec.getId(), number + 1, reason);
        number++;
        last = true;
        cursor = labels.order().cursor();
        writer.begin(learned(State.FAILED, reason, cursor, List.of(), null, null));
    }

    /**
     * Ends a model that can't be opened: commits a FAILED checkpoint that refers to the files of
     * the last committed one.
     *
     * @param transaction closed by this
     * @param committed its last checkpoint; null if it has none
     */
    static void refuse(
            ModelSpec spec,
            CheckpointTransaction transaction,
            MeterRegistry registry,
            @Nullable Checkpoint committed,
            String reason) {
        LOG.error("{} failed before it was opened: {}", spec.getId(), reason);
        long[] cursor = new long[spec.getPartitions()];
        if (committed != null) {
            committed.getCursor().forEach(c -> cursor[c.getPartition()] = c.getOffset());
        }
        var files = committed == null ? CheckpointFiles.NONE : CheckpointFiles.of(committed);
        try (RunMeters meters = new RunMeters(registry, spec.getId());
                CheckpointWriter writer =
                        new CheckpointWriter(spec, transaction, meters, Runnable::run, files)) {
            writer.begin(
                    new PendingCheckpoint(
                            committed == null ? 1 : committed.getNumber() + 1,
                            committed == null ? 0 : committed.getExamplesSeen(),
                            State.FAILED,
                            reason,
                            cursor,
                            cursor,
                            committed == null ? 0 : committed.getNextPartition(),
                            committed == null ? List.of() : committed.getSupervisorCheckpoints(),
                            List.of(),
                            null,
                            null,
                            List.of()));
            writer.settle();
        }
    }

    private PendingCheckpoint learned(
            State now,
            @Nullable String reason,
            long[] from,
            List<LabelSource.Taken> taken,
            @Nullable MicroEpoch done,
            PendingCheckpoint.@Nullable Files files) {
        return new PendingCheckpoint(
                number,
                seen,
                now,
                reason,
                from,
                cursor,
                labels.order().turn(),
                List.copyOf(supervisorCheckpoints),
                taken,
                done,
                files,
                labels.deadLetters());
    }

    /**
     * Position in the labels: the next offset of each partition, then the partition of the next.
     */
    private static Tensor place(long[] cursor, int turn) {
        long[] place = Arrays.copyOf(cursor, cursor.length + 1);
        place[cursor.length] = turn;
        return Tensor.ofLongs(PLACE, place);
    }

    private static void requirePlace(StoredFile state, byte[] stateFile, Tensor expected) {
        Tensor found = SafeTensors.read(stateFile).tensor(PLACE);
        if (!Arrays.equals(found.longs(), expected.longs())) {
            throw new MalformedCheckpointException(
                    state.uri()
                            + " has the position "
                            + Arrays.toString(found.longs())
                            + ", its checkpoint event "
                            + Arrays.toString(expected.longs()));
        }
    }

    private boolean isReady() {
        return spec.getReadyAt() > 0 && seen >= spec.getReadyAt();
    }
}
