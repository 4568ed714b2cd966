package dev.belay.trainers;

import dev.belay.models.CheckpointStore;
import dev.belay.models.CheckpointStore.Kind;
import dev.belay.models.CheckpointStore.StoredFile;
import dev.belay.models.MalformedCheckpointException;
import dev.belay.models.Networks;
import dev.belay.models.Provenance;
import dev.belay.models.SafeTensors;
import dev.belay.models.Tensor;
import dev.belay.runtime.ProgressTable;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.Version;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
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
    private static final String PLACE = "place";
    private static final StoredFile NO_FILE = new StoredFile("", "");

    private final ModelSpec spec;
    private final Ledger ledger;
    private final Learner<?> learner;
    private final LabelFeeds feeds;
    private final LabelSource labels;
    private final RunMeters meters;
    private final TreeSet<Long> supervisorCheckpoints = new TreeSet<>();
    private long[] cursor;
    private long number;
    private long seen;
    private StoredFile weights = NO_FILE;
    private StoredFile state = NO_FILE;
    private StoredFile provenance = NO_FILE;
    private boolean over;
    private long waitingSince = System.nanoTime();
    private long firstTakenAt;

    /**
     * Goes on from the last committed checkpoint.
     *
     * @param ledger this closes it, unless the constructor throws
     * @param last null for a model that has none yet
     */
    ModelRun(
            ModelSpec spec,
            Ledger ledger,
            CheckpointStore store,
            Networks networks,
            LabelFeeds feeds,
            MeterRegistry registry,
            @Nullable Checkpoint last) {
        this.spec = spec;
        this.ledger = ledger;
        this.feeds = feeds;
        cursor = new long[spec.getPartitions()];
        int turn = 0;
        if (last == null) {
            learner = Learner.fresh(spec, networks);
        } else {
            weights = new StoredFile(last.getWeightsUri(), last.getWeightsSha256());
            state = new StoredFile(last.getStateUri(), last.getStateSha256());
            provenance = new StoredFile(last.getProvenanceUri(), last.getProvenanceSha256());
            supervisorCheckpoints.addAll(last.getSupervisorCheckpoints());
            number = last.getNumber();
            seen = last.getExamplesSeen();
            turn = last.getNextPartition();
            for (PartitionCursor c : last.getCursor()) {
                cursor[c.getPartition()] = c.getOffset();
            }
            byte[] stateFile = store.get(state.uri(), state.sha256());
            requirePlace(stateFile, place(cursor, turn));
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
        feeds.poll(labels);
        feeds.lookForEnds(labels, progress, admin);
        meters.lag(feeds.lag(labels));
        long left = spec.getBudget() > 0 ? spec.getBudget() - seen : Long.MAX_VALUE;
        long size = Math.min(spec.getMicroEpoch(), left);
        int taken = labels.order().take(size);
        boolean ended = labels.order().exhausted();
        if (taken < size && !ended && !waitedEnough(taken)) {
            ledger.commitLetters(labels.tooManyLetters());
            return false;
        }
        meters.time("wait", System.nanoTime() - waitingSince);
        boolean last = taken == left || (taken < spec.getMicroEpoch() && ended);
        microEpoch(labels.order().next(), last);
        waitingSince = System.nanoTime();
        firstTakenAt = 0;
        return true;
    }

    @Override
    public void close() {
        try (ledger;
                learner;
                meters) {
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
        save();
        long saved = System.nanoTime();
        State now = last ? State.FINISHED : isReady() ? State.READY : State.LEARNING;
        ledger.commit(
                checkpoint(
                        now,
                        null,
                        done == null ? Double.NaN : done.meanLoss(),
                        done == null ? Double.NaN : done.meanGradientNorm()),
                blocks,
                labels.letters());
        over = last;
        if (done != null) {
            meters.learned(done);
            meters.time("encode", done.encodeNs());
            meters.time("predict", done.predictNs());
            meters.time("learn", done.learnNs());
        }
        meters.time("save", saved - begin);
        meters.time("commit", System.nanoTime() - saved);
        meters.committed(taken.size());
    }

    /** Ends this model only; the last good checkpoint stays what it was. */
    private void fail(String reason) {
        LOG.error("{} failed at micro-epoch {}: {}", spec.getId(), number + 1, reason);
        number++;
        ledger.commit(
                checkpoint(State.FAILED, reason, Double.NaN, Double.NaN),
                List.of(),
                labels.letters());
        over = true;
    }

    /** The files of the checkpoint: what it is, what is needed to go on, where it came from. */
    private void save() {
        long[] from = cursor;
        cursor = labels.order().cursor();
        var parent = number == 1 ? null : new Provenance.Parent(number - 1, weights.sha256());
        weights = ledger.store(number, Kind.WEIGHTS, learner.weights());
        state =
                ledger.store(
                        number, Kind.STATE, learner.state(place(cursor, labels.order().turn())));
        List<Provenance.Range> ranges = new ArrayList<>();
        for (int p = 0; p < cursor.length; p++) {
            ranges.add(new Provenance.Range(p, from[p], cursor[p]));
        }
        var origin =
                new Provenance(
                        spec.getId(),
                        number,
                        seen,
                        spec.getSpecHash(),
                        Provenance.spec(spec.toString()),
                        spec.getSeed(),
                        new Provenance.Encoding(spec.getEncoderName(), spec.getEncoderSha256()),
                        spec.getSupervisor(),
                        List.copyOf(supervisorCheckpoints),
                        new Provenance.Labels(ledger.labelTopic(), ranges),
                        parent,
                        weights,
                        state,
                        Version.TEXT);
        provenance = ledger.store(number, Kind.PROVENANCE, origin.toJson());
    }

    /** Where to go on in the labels: the offset of each partition, then whose turn it is. */
    private static Tensor place(long[] cursor, int turn) {
        long[] place = Arrays.copyOf(cursor, cursor.length + 1);
        place[cursor.length] = turn;
        return Tensor.ofLongs(PLACE, place);
    }

    private void requirePlace(byte[] stateFile, Tensor expected) {
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
        List<PartitionCursor> at = new ArrayList<>();
        long[] offsets = labels.order().cursor();
        for (int p = 0; p < offsets.length; p++) {
            at.add(new PartitionCursor(p, offsets[p]));
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
                .setProvenanceUri(provenance.uri())
                .setProvenanceSha256(provenance.sha256())
                .setExamplesSeen(seen)
                .setCursor(at)
                .setNextPartition(labels.order().turn())
                .setSupervisorCheckpoints(List.copyOf(supervisorCheckpoints))
                .setLoss(loss)
                .setGradientNorm(norm)
                .setSpecHash(spec.getSpecHash())
                .setSoftwareVersion(Version.TEXT)
                .setEventTimeMs(System.currentTimeMillis())
                .build();
    }
}
