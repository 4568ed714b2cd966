package dev.belay.trainers.fleet;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.CheckpointTransaction;
import dev.belay.trainers.checkpoints.CheckpointWriter;
import dev.belay.trainers.checkpoints.CheckpointWriter.CheckpointFiles;
import dev.belay.trainers.checkpoints.PendingCheckpoint;
import dev.belay.trainers.checkpoints.TrainingPosition;
import dev.belay.trainers.labels.LabelFeeds;
import dev.belay.trainers.labels.LabelSource;
import dev.belay.trainers.learning.DivergedException;
import dev.belay.trainers.learning.Learner;
import dev.belay.trainers.learning.MicroEpoch;
import dev.belay.trainers.status.RunMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
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

    private final ModelSpec spec;
    private final Learner<?> learner;
    private final LabelFeeds feeds;
    private final LabelSource labels;
    private final RunMeters meters;
    private final CheckpointWriter writer;
    private TrainingPosition position;
    private boolean last;
    private long waitingSince = System.nanoTime();
    private long firstQueuedAt;

    /**
     * Resumes from the last committed checkpoint.
     *
     * @param transaction closed by this, unless the constructor throws
     * @param executor writes checkpoints, one of a model at a time
     * @param committed its last checkpoint; null if it has none
     * @param initial weights that it starts from without one; null: random or pretrained ones
     */
    ModelRun(
            ModelSpec spec,
            CheckpointTransaction transaction,
            Executor executor,
            CheckpointStore store,
            Networks networks,
            LabelFeeds feeds,
            MeterRegistry registry,
            @Nullable Checkpoint committed,
            byte @Nullable [] initial) {
        requireSizes(spec);
        this.spec = spec;
        this.feeds = feeds;
        CheckpointFiles files = CheckpointFiles.NONE;
        if (committed == null) {
            position = TrainingPosition.beginning(feeds.begin(spec));
            learner = Learner.fresh(spec, networks, initial);
        } else {
            position = TrainingPosition.of(committed, spec.getPartitions());
            files = CheckpointFiles.of(committed);
            byte[] state = store.get(files.state().uri(), files.state().sha256());
            position.requireSame(files.state(), state);
            byte[] weights = store.get(files.weights().uri(), files.weights().sha256());
            learner = Learner.restored(spec, networks, weights, state, position.seen());
        }
        labels = new LabelSource(spec, position.cursor(), position.turn());
        try {
            feeds.add(labels);
        } catch (RuntimeException e) {
            learner.close();
            throw e;
        }
        meters = new RunMeters(registry, spec.getId());
        writer = new CheckpointWriter(spec, transaction, meters, executor, files);
        LOG.info(
                "training {} from checkpoint {}, {} examples seen{}",
                spec.getId(),
                position.number(),
                position.seen(),
                initial == null ? "" : ", with the weights of " + spec.getInit());
    }

    /** A spec may be written by any client; a micro-epoch of none would go on for ever. */
    private static void requireSizes(ModelSpec spec) {
        if (spec.getMicroEpoch() < 1 || spec.getBatchSize() < 1 || spec.getPasses() < 1) {
            throw new IllegalArgumentException(
                    "found microEpoch %d, batchSize %d, passes %d in its spec, expected at least 1 of each"
                            .formatted(
                                    spec.getMicroEpoch(), spec.getBatchSize(), spec.getPasses()));
        }
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
        long left = spec.getBudget() > 0 ? spec.getBudget() - position.seen() : Long.MAX_VALUE;
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
        if (taken < size && !ended && mayPassOver(size)) {
            taken = labels.order().takeQueued(size);
        } else if (taken < size && !ended) {
            List<ProducerRecord<byte[], byte[]>> deadLetters = labels.excessDeadLetters();
            if (!deadLetters.isEmpty()) {
                writer.begin(deadLetters);
            }
            return false;
        }
        meters.time("wait", System.nanoTime() - waitingSince);
        microEpoch(labels.order().next(), left, taken < size && ended);
        waitingSince = System.nanoTime();
        firstQueuedAt = 0;
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

    /**
     * Whether the micro-epoch takes what is queued, whichever partition has it: after the longest
     * wait, or at once if it is full but for partitions that were idle for so long before.
     */
    private boolean mayPassOver(long size) {
        if (spec.getMaxWaitMs() == 0 || !labels.order().hasAny()) {
            return false;
        }
        if (firstQueuedAt == 0) {
            firstQueuedAt = System.nanoTime();
        }
        return labels.order().canFill(size)
                || System.nanoTime() - firstQueuedAt
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
            position =
                    position.withSupervisorCheckpoints(
                            taken.stream().map(LabelSource.Taken::checkpoint).toList());
        }
        last = taken.size() == left || atEnd || (done != null && done.stop());
        checkpoint(taken, done);
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

    /** Passes a snapshot to the writer. */
    private void checkpoint(List<LabelSource.Taken> taken, @Nullable MicroEpoch done) {
        long begin = System.nanoTime();
        writer.settle(); // at most one in memory
        long settled = System.nanoTime();
        TrainingPosition next = position.after(taken.size(), labels.order());
        PendingCheckpoint.Files files;
        try {
            files = new PendingCheckpoint.Files(learner.weights(), learner.state(next.tensor()));
        } catch (CheckpointTooLargeException e) { // depends on the length of its texts
            fail(String.valueOf(e.getMessage()));
            return;
        }
        long[] from = position.cursor();
        position = next;
        writer.begin(
                new PendingCheckpoint(
                        position, state(), null, from, taken, done, files, labels.deadLetters()));
        meters.time("held", settled - begin);
        meters.time("copy", System.nanoTime() - settled);
    }

    private State state() {
        boolean ready = spec.getReadyAt() > 0 && position.seen() >= spec.getReadyAt();
        return last ? State.FINISHED : ready ? State.READY : State.LEARNING;
    }

    /** Ends this model only; its last good checkpoint stays valid. */
    private void fail(String reason) {
        position = position.after(0, labels.order());
        last = true;
        LOG.error("{} failed at micro-epoch {}: {}", spec.getId(), position.number(), reason);
        writer.begin(PendingCheckpoint.failed(position, reason, labels.deadLetters()));
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
        TrainingPosition at =
                committed == null
                        ? TrainingPosition.beginning(new long[spec.getPartitions()])
                        : TrainingPosition.of(committed, spec.getPartitions());
        var files = committed == null ? CheckpointFiles.NONE : CheckpointFiles.of(committed);
        try (RunMeters meters = new RunMeters(registry, spec.getId());
                CheckpointWriter writer =
                        new CheckpointWriter(spec, transaction, meters, Runnable::run, files)) {
            writer.begin(PendingCheckpoint.failed(at.next(), reason, List.of()));
            writer.settle();
        }
    }
}
