package dev.belay.trainers.checkpoints;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.models.store.Provenance;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.Version;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.trainers.labels.LabelSource;
import dev.belay.trainers.learning.MicroEpoch;
import dev.belay.trainers.status.RetrySchedule;
import dev.belay.trainers.status.RunMeters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the micro-epochs of one model (files, then the transaction) on another thread, while the
 * training thread continues with the next one. They are written in order, at most one at a time:
 * {@link #begin} waits for the previous one.
 *
 * <p>After a failure nothing more is written: the model must be resumed from its last checkpoint.
 * All methods are called by the training thread.
 */
public final class CheckpointWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

    private final ModelSpec spec;
    private final CheckpointTransaction transaction;
    private final RunMeters meters;
    private final Executor executor;
    private final JsonNode specJson;
    private Future<?> writing = CompletableFuture.completedFuture(null);
    private boolean failureThrown;
    private volatile boolean hasWritten;

    /** Of the last checkpoint written; used by the running task only. */
    private CheckpointFiles last;

    /** The files of a checkpoint. */
    public record CheckpointFiles(StoredFile weights, StoredFile state, StoredFile provenance) {
        private static final StoredFile NO_FILE = new StoredFile("", "");
        public static final CheckpointFiles NONE = new CheckpointFiles(NO_FILE, NO_FILE, NO_FILE);

        public static CheckpointFiles of(Checkpoint event) {
            return new CheckpointFiles(
                    new StoredFile(event.getWeightsUri(), event.getWeightsSha256()),
                    new StoredFile(event.getStateUri(), event.getStateSha256()),
                    new StoredFile(event.getProvenanceUri(), event.getProvenanceSha256()));
        }
    }

    /**
     * @param transaction closed by this
     * @param executor runs the writes, one at a time
     * @param last files of the last committed checkpoint
     */
    public CheckpointWriter(
            ModelSpec spec,
            CheckpointTransaction transaction,
            RunMeters meters,
            Executor executor,
            CheckpointFiles last) {
        this.spec = spec;
        this.transaction = transaction;
        this.meters = meters;
        this.executor = executor;
        this.last = last;
        this.specJson = Provenance.spec(spec.toString());
    }

    /** Executor for all models of a process: one thread per checkpoint that is being written. */
    public static ExecutorService threads() {
        return Executors.newCachedThreadPool(
                task -> {
                    Thread thread = new Thread(task, "trainer-writer");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Starts to write a checkpoint, once the previous one is written. */
    public void begin(PendingCheckpoint learned) {
        begin(() -> write(learned));
    }

    /** Starts to write dead letters, ahead of their checkpoint. */
    public void begin(List<ProducerRecord<byte[], byte[]>> deadLetters) {
        begin(() -> transaction.commitDeadLetters(deadLetters));
    }

    /** Whether nothing is being written. */
    public boolean isSettled() {
        return writing.isDone();
    }

    /** Whether a micro-epoch was committed since this was made. */
    public boolean hasWritten() {
        return hasWritten;
    }

    /**
     * Waits until the last checkpoint that was begun is committed.
     *
     * @throws org.apache.kafka.common.KafkaException when it was not committed, or that is not
     *     known
     * @throws RuntimeException any other failure; the same one at each call
     */
    public void settle() {
        try {
            writing.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            failureThrown = true;
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(spec.getId() + " can't be written", e.getCause());
        }
    }

    /** Waits for the checkpoint in flight; nothing is written afterwards. */
    @Override
    public void close() {
        try (transaction) {
            if (!failureThrown) {
                settle();
            }
        } catch (RuntimeException e) { // the next owner resumes from the checkpoint before it
            LOG.warn(
                    "the last checkpoint of {} was not committed: {}",
                    spec.getId(),
                    RetrySchedule.reason(e));
        }
    }

    private void begin(Runnable work) {
        settle();
        var task = new FutureTask<@Nullable Void>(work, null);
        writing = task;
        executor.execute(task);
    }

    private void write(PendingCheckpoint learned) {
        List<PredictionBlock> blocks = progressive(learned);
        long begin = System.nanoTime();
        PendingCheckpoint.Files files = learned.files();
        if (files != null) {
            last = store(learned, files);
        }
        long stored = System.nanoTime();
        transaction.commit(checkpoint(learned), blocks, learned.deadLetters());
        hasWritten = true;
        if (files != null) {
            meters.time("save", stored - begin);
            meters.time("commit", System.nanoTime() - stored);
            meters.committed(learned.taken().size());
        }
    }

    /** Stores the files of the checkpoint: weights, training state, provenance. */
    private CheckpointFiles store(PendingCheckpoint learned, PendingCheckpoint.Files files) {
        TrainingPosition at = learned.position();
        long number = at.number();
        var parent = number == 1 ? null : new Provenance.Parent(number - 1, last.weights.sha256());
        StoredFile weights = transaction.store(number, Kind.WEIGHTS, files.weights());
        StoredFile state = transaction.store(number, Kind.STATE, files.state());
        List<Provenance.Range> ranges = new ArrayList<>();
        for (int p = 0; p < at.cursor().length; p++) {
            ranges.add(new Provenance.Range(p, learned.from()[p], at.cursor()[p]));
        }
        var origin =
                new Provenance(
                        spec.getId(),
                        number,
                        at.seen(),
                        spec.getSpecHash(),
                        specJson,
                        spec.getSeed(),
                        new Provenance.Encoding(spec.getEncoderName(), spec.getEncoderSha256()),
                        spec.getSupervisor(),
                        at.supervisorCheckpoints(),
                        new Provenance.Labels(transaction.labelTopic(), ranges),
                        parent,
                        weights,
                        state,
                        Version.TEXT);
        return new CheckpointFiles(
                weights, state, transaction.store(number, Kind.PROVENANCE, origin.toJson()));
    }

    /** Predictions made before learning, so with the weights of the previous checkpoint. */
    private List<PredictionBlock> progressive(PendingCheckpoint learned) {
        MicroEpoch done = learned.done();
        if (done == null) {
            return List.of();
        }
        Map<Integer, PredictionBlocks> byPartition = new TreeMap<>();
        for (int i = 0; i < learned.taken().size(); i++) {
            LabelSource.Taken taken = learned.taken().get(i);
            long before = learned.number() - 1;
            byPartition
                    .computeIfAbsent(
                            taken.partition(),
                            p ->
                                    new PredictionBlocks(
                                            TaskKind.of(spec),
                                            spec.getId(),
                                            before,
                                            Phase.PROGRESSIVE,
                                            0))
                    .add(
                            taken.example().id(),
                            taken.example().eventTimeMs(),
                            done.predictions()[i]);
        }
        List<PredictionBlock> blocks = new ArrayList<>();
        byPartition.values().forEach(b -> blocks.addAll(b.blocks()));
        return blocks;
    }

    private Checkpoint checkpoint(PendingCheckpoint learned) {
        TrainingPosition at = learned.position();
        List<PartitionCursor> cursor = new ArrayList<>();
        for (int p = 0; p < at.cursor().length; p++) {
            cursor.add(new PartitionCursor(p, at.cursor()[p]));
        }
        MicroEpoch done = learned.done();
        return Checkpoint.newBuilder()
                .setModel(spec.getId())
                .setNumber(at.number())
                .setState(learned.state())
                .setReason(learned.reason())
                .setWeightsUri(last.weights.uri())
                .setWeightsSha256(last.weights.sha256())
                .setStateUri(last.state.uri())
                .setStateSha256(last.state.sha256())
                .setProvenanceUri(last.provenance.uri())
                .setProvenanceSha256(last.provenance.sha256())
                .setExamplesSeen(at.seen())
                .setCursor(cursor)
                .setNextPartition(at.turn())
                .setSupervisorCheckpoints(at.supervisorCheckpoints())
                .setLoss(done == null ? Double.NaN : done.meanLoss())
                .setGradientNorm(done == null ? Double.NaN : done.meanGradientNorm())
                .setSpecHash(spec.getSpecHash())
                .setSoftwareVersion(Version.TEXT)
                .setEventTimeMs(System.currentTimeMillis())
                .build();
    }
}
