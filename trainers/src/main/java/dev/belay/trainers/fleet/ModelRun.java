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
 * One model being trained by this process: takes micro-epochs of its labels, lets the {@link
 * Learner} predict and learn them, and hands each to the {@link CheckpointWriter}, which writes it
 * down in one transaction while the next one learns. Belongs to the training thread.
 *
 * <p>A micro-epoch is FINISHED when the budget is met, the stopping rule says so, or it is shorter
 * than asked for because the labels ended: that depends on the labels alone, not on when the end
 * became known. Examples that the encoder rejects are consumed without learning: they go to the
 * dead letters in the transaction of their micro-epoch, and count neither as seen nor towards the
 * budget.
 */
final class ModelRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRun.class);
    private static final String PLACE = "place";

    private final ModelSpec spec;
    private final Learner<?> learner;
    private final LabelFeeds feeds;
    private final LabelSource labels;
    private final RunMeters meters;
    private final CheckpointWriter scribe;
    private final TreeSet<Long> supervisorCheckpoints = new TreeSet<>();
    private long[] cursor;
    private long number;
    private long seen;
    private boolean last;
    private long waitingSince = System.nanoTime();
    private long firstTakenAt;

    /**
     * Goes on from the last committed checkpoint.
     *
     * @param ledger this closes it, unless the constructor throws
     * @param executor writes micro-epochs down, one of a model at a time
     * @param committed its last checkpoint; null for a model that has none yet
     */
    ModelRun(
            ModelSpec spec,
            CheckpointTransaction ledger,
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
        scribe = new CheckpointWriter(spec, ledger, meters, executor, files);
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
    boolean over() {
        if (!last || !scribe.isSettled()) {
            return false;
        }
        scribe.settle();
        return true;
    }

    /** Whether a micro-epoch was committed since it was taken up. */
    boolean hasCommitted() {
        return scribe.hasWritten();
    }

    /**
     * Does one micro-epoch if its labels are there. It is committed later.
     *
     * @return whether it did
     * @throws org.apache.kafka.common.KafkaException when the transaction of the one before failed:
     *     the model must be taken up anew from its last committed checkpoint
     */
    boolean step(ProgressTable progress, Admin admin) {
        if (scribe.isSettled()) {
            scribe.settle();
        }
        if (last) {
            return false;
        }
        long left = spec.getBudget() > 0 ? spec.getBudget() - seen : Long.MAX_VALUE;
        long size = Math.min(spec.getMicroEpoch(), left);
        try {
            feeds.poll(labels, size);
        } catch (ExpiredOffsetException e) { // it would go on with other examples than it should
            fail(e.messageFor(labels.next(e.partition().partition())));
            return true;
        }
        feeds.lookForEnds(labels, progress, admin);
        meters.lag(feeds.lag(labels));
        int taken = labels.order().take(size);
        boolean ended = labels.order().exhausted();
        if (taken < size && !ended && !waitedEnough(taken)) {
            List<ProducerRecord<byte[], byte[]>> letters = labels.tooManyLetters();
            if (!letters.isEmpty()) {
                scribe.begin(letters);
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
                scribe) {
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
     * @param left examples that may still be learned from
     * @param atEnd whether the labels have ended with these
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

    /** What was learned from; the rest goes to the dead letters with the checkpoint. */
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

    /** As it is now, with the files of the checkpoint. */
    private void handIn(State now, List<LabelSource.Taken> taken, @Nullable MicroEpoch done) {
        long begin = System.nanoTime();
        scribe.settle(); // so that there is only one in memory
        long settled = System.nanoTime();
        long[] from = cursor;
        cursor = labels.order().cursor();
        int turn = labels.order().turn();
        PendingCheckpoint.Files files;
        try {
            files =
                    new PendingCheckpoint.Files(
                            learner.weights(), learner.state(place(cursor, turn)));
        } catch (CheckpointTooLargeException e) { // its texts too: no spec says how long they are
            number--;
            seen -= taken.size();
            fail(String.valueOf(e.getMessage()));
            return;
        }
        scribe.begin(learned(now, null, from, taken, done, files));
        meters.time("held", settled - begin);
        meters.time("copy", System.nanoTime() - settled);
    }

    /** Ends this model only; the last good checkpoint stays what it was. */
    private void fail(String reason) {
        LOG.error("{} failed at micro-epoch {}: {}", spec.getId(), number + 1, reason);
        number++;
        last = true;
        cursor = labels.order().cursor();
        scribe.begin(learned(State.FAILED, reason, cursor, List.of(), null, null));
    }

    /**
     * Ends a model that can't be opened: one transaction with a FAILED checkpoint, the files of the
     * last committed one in it.
     *
     * @param ledger this closes it
     * @param committed its last checkpoint; null for a model that has none yet
     */
    static void refuse(
            ModelSpec spec,
            CheckpointTransaction ledger,
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
                CheckpointWriter scribe =
                        new CheckpointWriter(spec, ledger, meters, Runnable::run, files)) {
            scribe.begin(
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
            scribe.settle();
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
                labels.letters());
    }

    /** Where to go on in the labels: the offset of each partition, then whose turn it is. */
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
                            + " goes on at "
                            + Arrays.toString(found.longs())
                            + ", its checkpoint event says "
                            + Arrays.toString(expected.longs()));
        }
    }

    private boolean isReady() {
        return spec.getReadyAt() > 0 && seen >= spec.getReadyAt();
    }
}
