package dev.belay.labelers;

import dev.belay.runtime.DeadLetters;
import dev.belay.runtime.Patience;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Works through the events of {@code belay.checkpoints}: a due one becomes a sweep, committed with
 * the event's offset in a transaction of its own; one that can't become a sweep goes to the dead
 * letters. An event whose holdout is not complete holds back those of its task only, see {@link
 * Standing}; where the store can't be read now, all wait. Belongs to one thread.
 */
final class Evaluations implements AutoCloseable {
    /** Encoder of models that are not Belay's: others publish their predictions. */
    private static final String NO_ENCODER = "none";

    private final Inbox inbox;
    private final Outbox outbox;
    private final Specs specs;
    private final Function<ModelSpec, @Nullable Holdout> holdouts;
    private final Predictors predictors;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Patience patience;
    private final Timer sweepTime;
    private final UnaryOperator<String> predictionsOf;
    private static final String STORE = "the checkpoint store";

    private final Map<Integer, Standing> standings = new HashMap<>();
    private long sweeps;

    /** What became of the oldest event of a partition. */
    private enum Outcome {
        PASSED,
        SWEPT,
        WAITS,
        /** A transaction failed: all that was in hand is read again. */
        REWOUND
    }

    /**
     * @param holdouts of a spec's task, polled; null while it is not complete
     * @param patience told when the store can't be read
     * @param sweepTime of committed sweeps, from opening the checkpoint on
     * @param predictionsOf a task's topic of predictions
     */
    Evaluations(
            Inbox inbox,
            Outbox outbox,
            Specs specs,
            Function<ModelSpec, @Nullable Holdout> holdouts,
            Predictors predictors,
            RecordReader reader,
            DeadLetters deadLetters,
            Patience patience,
            Timer sweepTime,
            UnaryOperator<String> predictionsOf) {
        this.inbox = inbox;
        this.outbox = outbox;
        this.specs = specs;
        this.holdouts = holdouts;
        this.predictors = predictors;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.patience = patience;
        this.sweepTime = sweepTime;
        this.predictionsOf = predictionsOf;
    }

    /**
     * One round: at most one sweep of each partition held.
     *
     * @param wait for how long to wait for events when there are none
     * @return whether anything was done
     */
    boolean step(Duration wait) {
        inbox.poll(wait);
        for (int fresh : inbox.takeFresh()) {
            standings.put(fresh, Standing.of(inbox.committed(fresh)));
        }
        standings.keySet().retainAll(inbox.partitions());
        boolean done = resume();
        Batch pending = new Batch();
        for (int partition : inbox.partitions()) {
            Standing standing = standing(partition);
            Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
            Outcome outcome = Outcome.PASSED;
            while (!queue.isEmpty() && outcome == Outcome.PASSED) {
                outcome = handle(queue.element(), standing, pending);
                if (outcome == Outcome.REWOUND) {
                    return false;
                }
                if (outcome != Outcome.WAITS) {
                    queue.remove();
                    done = true;
                }
                if (outcome == Outcome.SWEPT) {
                    pending = new Batch();
                }
            }
            if (queue.isEmpty() && standing.reached(inbox.position(partition))) {
                pending.reached(inbox.partition(partition), standing.committed());
            }
        }
        return pending.isEmpty() ? done : commit(pending);
    }

    /** Sweeps committed by this process. */
    long sweeps() {
        return sweeps;
    }

    @Override
    public void close() {
        try (inbox) {
            outbox.close();
        }
    }

    /**
     * Goes back to the events of tasks that wait no more: their holdout is complete, or the model
     * that waited was stopped.
     *
     * @return whether there are such tasks
     */
    private boolean resume() {
        Map<String, ModelSpec> free = new HashMap<>();
        standings.values().forEach(standing -> free.putAll(standing.waiting()));
        free.values()
                .removeIf(spec -> specs.of(spec.getId()) != null && holdouts.apply(spec) == null);
        standings.forEach(
                (partition, standing) -> {
                    if (!Collections.disjoint(standing.waiting().keySet(), free.keySet())) {
                        inbox.seek(partition, standing.resume(free.keySet()));
                    }
                });
        return !free.isEmpty();
    }

    private Outcome handle(ConsumerRecord<byte[], byte[]> event, Standing standing, Batch pending) {
        long offset = event.offset();
        standing.reached(offset);
        String task = null;
        try {
            Checkpoint checkpoint = reader.checkpoint(event);
            ModelSpec spec = specs.of(checkpoint.getModel());
            task = spec == null ? null : spec.getTask();
            if (standing.isDone(task, offset)) {
                return Outcome.PASSED;
            }
            if (spec == null && !specs.isStopped(checkpoint.getModel())) {
                throw new BadRecordException("no spec of its model " + checkpoint.getModel());
            }
            if (spec != null && isDue(spec, checkpoint)) {
                Holdout holdout = standing.waits(spec.getTask()) ? null : holdouts.apply(spec);
                if (holdout != null) {
                    return sweep(event, spec, checkpoint, holdout, standing, pending);
                }
                return standing.hold(spec, offset) ? pass(event, standing, pending) : Outcome.WAITS;
            }
        } catch (UncheckedIOException e) { // this store, now: the checkpoint is not to blame
            patience.blame(STORE, String.valueOf(e.getMessage()));
            return Outcome.WAITS;
        } catch (BadRecordException | UnusableCheckpointException e) {
            if (standing.isDone(task, offset)) {
                return Outcome.PASSED;
            }
            pending.add(deadLetters.of(event, String.valueOf(e.getMessage())));
        }
        standing.done(task, offset);
        return pass(event, standing, pending);
    }

    private Outcome sweep(
            ConsumerRecord<byte[], byte[]> event,
            ModelSpec spec,
            Checkpoint checkpoint,
            Holdout holdout,
            Standing standing,
            Batch pending) {
        Timer.Sample sample = Timer.start();
        try (Predictor predictor = predictors.open(spec, checkpoint)) {
            Sweep.records(
                            reader.codec(),
                            predictionsOf.apply(spec.getTask()),
                            checkpoint,
                            holdout.rows(),
                            predictor)
                    .forEach(pending::add);
        }
        holdout.contribute(pending);
        standing.done(spec.getTask(), event.offset());
        pass(event, standing, pending);
        if (!commit(pending)) {
            return Outcome.REWOUND;
        }
        holdout.committed();
        patience.forget(STORE);
        sample.stop(sweepTime);
        sweeps++;
        return Outcome.SWEPT;
    }

    private Outcome pass(ConsumerRecord<byte[], byte[]> event, Standing standing, Batch pending) {
        pending.reached(inbox.partition(event.partition()), standing.committed());
        return Outcome.PASSED;
    }

    private Standing standing(int partition) {
        return Objects.requireNonNull(standings.get(partition));
    }

    private boolean commit(Batch batch) {
        if (outbox.commit(batch, inbox.group())) {
            return true;
        }
        inbox.rewind();
        return false;
    }

    private static boolean isDue(ModelSpec spec, Checkpoint checkpoint) {
        if (spec.getEncoderName().equals(NO_ENCODER) || checkpoint.getState() == State.FAILED) {
            return false;
        }
        return checkpoint.getState() == State.FINISHED
                || checkpoint.getNumber() % Math.max(1, spec.getEvaluateEvery()) == 0
                || (checkpoint.getState() == State.READY && mayHaveLabelled(spec, checkpoint));
    }

    /**
     * Whether students may be compared with this checkpoint as their supervisor, so that it needs
     * its sweep whatever {@code evaluateEvery} says: with {@code LATEST} each that is READY, else
     * the first, which is less than a micro-epoch past {@code readyAt}.
     */
    private static boolean mayHaveLabelled(ModelSpec spec, Checkpoint checkpoint) {
        return spec.getLabelPolicy() == LabelPolicy.LATEST
                || checkpoint.getExamplesSeen() - spec.getMicroEpoch() < spec.getReadyAt();
    }
}
