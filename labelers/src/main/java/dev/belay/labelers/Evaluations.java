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
import java.util.Deque;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Works through the events of {@code belay.checkpoints}: a due one becomes a sweep, committed with
 * the event's offset in a transaction of its own; one that can't become a sweep goes to the dead
 * letters. An event whose holdout is not complete, or whose file can't be read now, holds back
 * those behind it in its partition. Belongs to one thread.
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
        Batch pending = new Batch();
        boolean done = false;
        for (int partition : inbox.partitions()) {
            Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
            Outcome outcome = Outcome.PASSED;
            while (!queue.isEmpty() && outcome == Outcome.PASSED) {
                outcome = handle(queue.element(), pending);
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

    private Outcome handle(ConsumerRecord<byte[], byte[]> event, Batch pending) {
        try {
            Checkpoint checkpoint = reader.checkpoint(event);
            ModelSpec spec = specs.of(checkpoint.getModel());
            if (spec == null && !specs.isStopped(checkpoint.getModel())) {
                throw new BadRecordException("no spec of its model " + checkpoint.getModel());
            }
            if (spec != null && isDue(spec, checkpoint)) {
                Holdout holdout = holdouts.apply(spec);
                return holdout == null
                        ? Outcome.WAITS
                        : sweep(event, spec, checkpoint, holdout, pending);
            }
        } catch (UncheckedIOException e) { // this store, now: the checkpoint is not to blame
            patience.blame(STORE, String.valueOf(e.getMessage()));
            return Outcome.WAITS;
        } catch (BadRecordException | UnusableCheckpointException e) {
            pending.add(deadLetters.of(event, String.valueOf(e.getMessage())));
        }
        pass(event, pending);
        return Outcome.PASSED;
    }

    private Outcome sweep(
            ConsumerRecord<byte[], byte[]> event,
            ModelSpec spec,
            Checkpoint checkpoint,
            Holdout holdout,
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
        pass(event, pending);
        if (!commit(pending)) {
            return Outcome.REWOUND;
        }
        holdout.committed();
        patience.forget(STORE);
        sample.stop(sweepTime);
        sweeps++;
        return Outcome.SWEPT;
    }

    private void pass(ConsumerRecord<byte[], byte[]> event, Batch pending) {
        pending.reached(inbox.partition(event.partition()), event.offset() + 1);
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
