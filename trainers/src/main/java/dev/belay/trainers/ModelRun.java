package dev.belay.trainers;

import dev.belay.models.CheckpointStore;
import dev.belay.models.CheckpointStore.Kind;
import dev.belay.models.CheckpointStore.StoredFile;
import dev.belay.models.Device;
import dev.belay.models.Encoder;
import dev.belay.runtime.Clients;
import dev.belay.runtime.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.Topics;
import dev.belay.schemas.Version;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model being trained by this process: takes micro-epochs of its labels, lets the {@link
 * Learner} predict and learn them, and writes down each in one transaction. Belongs to the training
 * thread.
 *
 * <p>A micro-epoch is FINISHED when the budget is met or it is shorter than asked for because the
 * labels ended: that depends on the labels alone, not on when the end became known.
 */
final class ModelRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRun.class);

    private final ModelSpec spec;
    private final Clients clients;
    private final CheckpointStore store;
    private final Producer<byte[], byte[]> producer;
    private final Learner learner;
    private final LabelSource labels;
    private final TreeSet<Long> supervisorCheckpoints;
    private long number;
    private long seen;
    private StoredFile weights;
    private StoredFile state;
    private boolean over;
    private long waitingSince = System.nanoTime();
    private long firstTakenAt;

    /**
     * Goes on from the last committed checkpoint.
     *
     * @param producer with its transactions initialised: whoever had the model before is fenced;
     *     this closes it, unless the constructor throws
     * @param last null for a model that has none yet
     */
    ModelRun(
            Clients clients,
            CheckpointStore store,
            Encoder encoder,
            Device device,
            ModelSpec spec,
            Producer<byte[], byte[]> producer,
            @Nullable Checkpoint last) {
        this.spec = spec;
        this.clients = clients;
        this.store = store;
        this.producer = producer;
        long[] cursor = new long[spec.getPartitions()];
        int turn = 0;
        if (last == null) {
            learner = Learner.fresh(spec, encoder, device);
            supervisorCheckpoints = new TreeSet<>();
            weights = new StoredFile("", "");
            state = weights;
        } else {
            weights = new StoredFile(last.getWeightsUri(), last.getWeightsSha256());
            state = new StoredFile(last.getStateUri(), last.getStateSha256());
            learner =
                    Learner.restored(
                            spec,
                            encoder,
                            device,
                            store.get(weights.uri(), weights.sha256()),
                            store.get(state.uri(), state.sha256()),
                            last.getExamplesSeen());
            supervisorCheckpoints = new TreeSet<>(last.getSupervisorCheckpoints());
            number = last.getNumber();
            seen = last.getExamplesSeen();
            turn = last.getNextPartition();
            for (PartitionCursor c : last.getCursor()) {
                cursor[c.getPartition()] = c.getOffset();
            }
        }
        try {
            labels = new LabelSource(clients, spec, cursor, turn);
        } catch (RuntimeException e) {
            learner.close();
            throw e;
        }
        LOG.info("training {} from checkpoint {}, {} examples seen", spec.getId(), number, seen);
    }

    ModelSpec spec() {
        return spec;
    }

    /** Whether its last checkpoint is written. */
    boolean over() {
        return over;
    }

    /**
     * Does one micro-epoch if its labels are there.
     *
     * @return whether it did
     * @throws org.apache.kafka.common.KafkaException when the transaction failed: the model must be
     *     taken up anew from its last committed checkpoint
     */
    boolean step(ProgressTable progress, Admin admin) {
        labels.poll();
        labels.lookForEnds(progress, admin);
        long left = spec.getBudget() > 0 ? spec.getBudget() - seen : Long.MAX_VALUE;
        long size = Math.min(spec.getMicroEpoch(), left);
        int taken = labels.order().take(size);
        boolean ended = labels.order().exhausted();
        if (taken < size && !ended && !waitedEnough(taken)) {
            return false;
        }
        time("wait", System.nanoTime() - waitingSince);
        boolean last = taken == left || (taken < spec.getMicroEpoch() && ended);
        microEpoch(labels.order().next(), last);
        waitingSince = System.nanoTime();
        firstTakenAt = 0;
        return true;
    }

    @Override
    public void close() {
        try (producer;
                learner) {
            labels.close();
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

    private void microEpoch(List<LabelSource.Taken> taken, boolean last) {
        MicroEpoch done = null;
        if (!taken.isEmpty()) {
            try {
                done = learner.run(taken.stream().map(LabelSource.Taken::example).toList());
            } catch (DivergedException e) {
                fail(String.valueOf(e.getMessage()));
                return;
            }
        }
        List<PredictionBlock> blocks = done == null ? List.of() : progressive(taken, done);
        taken.forEach(t -> rememberSupervisor(t.checkpoint()));
        number++;
        seen += taken.size();
        long begin = System.nanoTime();
        weights = store.put(spec.getId(), number, Kind.WEIGHTS, learner.weights());
        state = store.put(spec.getId(), number, Kind.STATE, learner.state());
        long saved = System.nanoTime();
        State now = last ? State.FINISHED : isReady() ? State.READY : State.LEARNING;
        commit(
                checkpoint(
                        now,
                        null,
                        done == null ? Double.NaN : done.meanLoss(),
                        done == null ? Double.NaN : done.meanGradientNorm()),
                blocks);
        over = last;
        if (done != null) {
            time("encode", done.encodeNs());
            time("predict", done.predictNs());
            time("learn", done.learnNs());
        }
        time("save", saved - begin);
        time("commit", System.nanoTime() - saved);
        clients.meters().counter("belay.trainer.examples").increment(taken.size());
        clients.meters().counter("belay.trainer.checkpoints").increment();
    }

    /** Ends this model only; the last good checkpoint stays what it was. */
    private void fail(String reason) {
        LOG.error("{} failed at micro-epoch {}: {}", spec.getId(), number + 1, reason);
        number++;
        commit(checkpoint(State.FAILED, reason, Double.NaN, Double.NaN), List.of());
        over = true;
    }

    private boolean isReady() {
        return spec.getReadyAt() > 0 && seen >= spec.getReadyAt();
    }

    private void rememberSupervisor(long checkpoint) {
        if (!spec.getSupervisor().equals(ModelId.TRUTH)) {
            supervisorCheckpoints.add(checkpoint);
        }
    }

    /** Predictions made before learning, so by the weights of the checkpoint before this one. */
    private List<PredictionBlock> progressive(List<LabelSource.Taken> taken, MicroEpoch done) {
        Map<Integer, PredictionBlocks> byPartition = new TreeMap<>();
        for (int i = 0; i < taken.size(); i++) {
            Labelled example = taken.get(i).example();
            byPartition
                    .computeIfAbsent(
                            taken.get(i).partition(),
                            p -> new PredictionBlocks(spec.getId(), number, Phase.PROGRESSIVE, 0))
                    .add(example.id(), example.eventTimeMs(), done.predictions()[i]);
        }
        List<PredictionBlock> blocks = new ArrayList<>();
        byPartition.values().forEach(b -> blocks.addAll(b.blocks()));
        return blocks;
    }

    private Checkpoint checkpoint(State now, @Nullable String reason, double loss, double norm) {
        List<PartitionCursor> cursor = new ArrayList<>();
        long[] offsets = labels.order().cursor();
        for (int p = 0; p < offsets.length; p++) {
            cursor.add(new PartitionCursor(p, offsets[p]));
        }
        return Checkpoint.newBuilder()
                .setModel(spec.getId())
                .setNumber(number)
                .setState(now)
                .setReason(reason)
                .setWeightsUri(weights.uri())
                .setWeightsSha256(weights.sha256())
                .setStateUri(state.uri())
                .setStateSha256(state.sha256())
                .setExamplesSeen(seen)
                .setCursor(cursor)
                .setNextPartition(labels.order().turn())
                .setSupervisorCheckpoints(List.copyOf(supervisorCheckpoints))
                .setLoss(loss)
                .setGradientNorm(norm)
                .setSpecHash(spec.getSpecHash())
                .setSoftwareVersion(Version.TEXT)
                .setEventTimeMs(System.currentTimeMillis())
                .build();
    }

    private void commit(Checkpoint checkpoint, List<PredictionBlock> blocks) {
        Topics topics = clients.topics();
        var codec = clients.codec();
        String labelTopic = topics.labels(spec.getTask(), spec.getSupervisor());
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        checkpoint
                .getCursor()
                .forEach(
                        c ->
                                offsets.put(
                                        new TopicPartition(labelTopic, c.getPartition()),
                                        new OffsetAndMetadata(c.getOffset())));
        producer.beginTransaction();
        send(
                codec.record(
                        topics.checkpoints(),
                        null,
                        spec.getId(),
                        checkpoint,
                        checkpoint.getEventTimeMs()));
        for (PredictionBlock block : blocks) {
            send(
                    codec.record(
                            topics.predictions(spec.getTask()),
                            null,
                            block.getIds().get(0),
                            block,
                            block.getEventTimesMs().get(0)));
        }
        labels.letters().forEach(this::send);
        producer.sendOffsetsToTransaction(offsets, labels.group());
        producer.commitTransaction();
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        Future<?> unused = producer.send(record); // commitTransaction throws what failed
    }

    private void time(String phase, long nanos) {
        Timer.builder("belay.trainer.phase")
                .description("Time per micro-epoch by phase")
                .tag("phase", phase)
                .register(clients.meters())
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
