package dev.belay.labelers.evaluation;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.prediction.UnusableCheckpointException;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.Computation;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.topics.AccessDeniedException;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Consumes the events of {@code belay.checkpoints}, or of {@code belay.labelers}, and turns each
 * one that is due into a sweep, committed with the event's offset in one transaction. An event that
 * can't become a sweep becomes a dead letter. An event whose holdout or other input is incomplete,
 * or whose sweep fails for a reason outside its checkpoint, delays only the events of its own
 * queue, see {@link EvaluationCursors}; a failed one is tried again after a second. While an ACL is
 * missing, all events wait.
 *
 * <p>{@link SweepRequests#lasting Lasting} sweeps are repeated where a holdout has a new
 * generation. How far they are is not stored: a process that takes partitions over repeats them
 * all, with the same rows, which count once.
 *
 * <p>One sweep at a time is computed on another thread while this one keeps polling. If a partition
 * is revoked meanwhile, the sweep is discarded. Belongs to one thread.
 */
final class Evaluations implements AutoCloseable {
    private static final String COMMIT = "its transactions";
    private static final long BETWEEN_REPETITIONS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Inbox inbox;
    private final Outbox outbox;
    private final SweepRequests requests;
    private final Function<ModelSpec, @Nullable Holdout> holdouts;
    private final EvaluationCursors cursors;
    private final Executor computing;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final RejectedExamples rejected;
    private final Prerequisites prerequisites;
    private final Timer sweepTime;
    private final UnaryOperator<String> predictionsOf;

    private final Map<String, ModelSpec> failed = new HashMap<>(); // by id, those to be tried again

    /** Generations that lasting sweeps have predicted, by model and checkpoint. */
    private final Map<String, Integer> generations = new HashMap<>();

    private @Nullable Running running;
    private long noneToRepeatNanos = System.nanoTime();
    private boolean mayRepeat;
    private long sweeps;

    /**
     * The sweep that is being computed.
     *
     * @param event the oldest unfinished one of its partition; null: a repetition
     * @param batch of its transaction, with the offsets of events consumed before it
     * @param revocations of the inbox when it began
     */
    private record Running(
            @Nullable ConsumerRecord<byte[], byte[]> event,
            TransactionBatch batch,
            long revocations,
            SweepRequests.Request request,
            Holdout holdout,
            int generation,
            Timer.Sample sample,
            Computation<Sweep> computation) {}

    /** Result of handling the oldest unfinished event of a partition. */
    private enum Outcome {
        CONSUMED,
        /** Its sweep is being computed. */
        RUNNING,
        WAITING
    }

    /**
     * @param holdouts of a spec's task, polled; null while it is not complete
     * @param computing one thread, on which checkpoints are opened and predict
     * @param prerequisites receives the reason why a sweep is not possible now
     * @param sweepTime of committed sweeps, from opening the checkpoint to the commit
     * @param predictionsOf a task's topic of predictions
     */
    Evaluations(
            Inbox inbox,
            Outbox outbox,
            SweepRequests requests,
            Function<ModelSpec, @Nullable Holdout> holdouts,
            Executor computing,
            EventCodec codec,
            DeadLetters deadLetters,
            Prerequisites prerequisites,
            Timer sweepTime,
            UnaryOperator<String> predictionsOf) {
        this.inbox = inbox;
        this.outbox = outbox;
        this.requests = requests;
        this.holdouts = holdouts;
        this.cursors = new EvaluationCursors(inbox, requests, holdouts);
        this.computing = computing;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.rejected = new RejectedExamples(deadLetters);
        this.prerequisites = prerequisites;
        this.sweepTime = sweepTime;
        this.predictionsOf = predictionsOf;
    }

    /**
     * One round, at most one sweep.
     *
     * @param wait longest wait for events, or for the running sweep
     * @return whether anything was done
     */
    boolean step(Duration wait) {
        boolean done = false;
        if (running != null) {
            boolean unused = inbox.poll(Duration.ZERO);
        } else if (prerequisites.passes(null, COMMIT, () -> null)) {
            done = begin(wait);
        } else {
            boolean unused = inbox.poll(wait);
        }
        Running now = running;
        if (now == null || !now.computation().await(wait)) {
            return done;
        }
        running = null;
        return finish(now) || done;
    }

    private boolean begin(Duration wait) {
        boolean unused = inbox.poll(wait);
        cursors.update();
        forgetStopped();
        boolean done = cursors.resume();
        if (mayRepeat) { // a busy process does one after each event's sweep
            mayRepeat = false;
            if (repeat()) {
                return true;
            }
        }
        TransactionBatch pending = new TransactionBatch();
        for (int partition : cursors.inTurn()) {
            Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
            Outcome outcome = Outcome.CONSUMED;
            while (!queue.isEmpty() && outcome == Outcome.CONSUMED) {
                outcome = handle(queue.element(), pending);
                if (outcome == Outcome.RUNNING) {
                    return done;
                }
                if (outcome == Outcome.CONSUMED) {
                    queue.remove();
                    done = true;
                }
            }
            EvaluationCursor cursor = cursors.of(partition);
            if (queue.isEmpty() && cursor.reached(inbox.position(partition))) {
                pending.reached(inbox.partition(partition), cursor.committed());
            }
        }
        return pending.isEmpty() ? done || repeat() : commit(pending);
    }

    /** Starts to repeat a lasting sweep of which a new generation is missing, if there is one. */
    private boolean repeat() {
        if (System.nanoTime() - noneToRepeatNanos < BETWEEN_REPETITIONS_NANOS) {
            return false;
        }
        for (SweepRequests.Request request : requests.lasting(inbox.partitions()::contains)) {
            Holdout holdout = holdouts.apply(request.spec());
            if (holdout != null
                    && holdout.version() > generations.getOrDefault(key(request), 0)
                    && cursors.isTimeFor(key(request))
                    && request.isReady().test(holdout)) {
                running = start(null, request, holdout, new TransactionBatch());
                return true;
            }
        }
        noneToRepeatNanos = System.nanoTime();
        return false;
    }

    private static String key(SweepRequests.Request request) {
        return request.spec().getId() + " " + request.checkpoint();
    }

    private void forgetStopped() {
        for (ModelSpec spec : List.copyOf(failed.values())) {
            if (!requests.isWanted(spec)) {
                failed.remove(spec.getId());
                prerequisites.forget(spec.getId());
            }
        }
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

    private Outcome handle(ConsumerRecord<byte[], byte[]> event, TransactionBatch pending) {
        EvaluationCursor cursor = cursors.of(event.partition());
        long offset = event.offset();
        cursor.reached(offset);
        String queue = null;
        try {
            SweepRequests.Request request = requests.of(event);
            queue = request == null ? null : request.queue();
            if (cursor.isDone(queue, offset)) {
                return Outcome.CONSUMED;
            }
            if (request != null && request.isDue()) {
                Holdout holdout = cursor.waits(request.queue()) ? null : cursors.holdout(request);
                if (holdout != null) {
                    cursors.swept(event.partition());
                    running = start(event, request, holdout, pending);
                    return Outcome.RUNNING;
                }
                if (!cursors.hold(event.partition(), request, offset)) {
                    return Outcome.WAITING;
                }
                addOffset(event, pending);
                return Outcome.CONSUMED;
            }
        } catch (BadRecordException e) {
            if (cursor.isDone(queue, offset)) {
                return Outcome.CONSUMED;
            }
            pending.add(deadLetters.of(event, String.valueOf(e.getMessage())));
        }
        cursor.done(queue, offset);
        addOffset(event, pending);
        return Outcome.CONSUMED;
    }

    /** Starts a sweep, which {@link #finish} commits. */
    private Running start(
            @Nullable ConsumerRecord<byte[], byte[]> event,
            SweepRequests.Request request,
            Holdout holdout,
            TransactionBatch pending) {
        Map<Integer, List<Holdout.Row>> rows =
                request.isLasting() ? holdout.rows() : holdout.newest();
        int generation = holdout.version();
        String topic = predictionsOf.apply(request.spec().getTask());
        return new Running(
                event,
                pending,
                inbox.revocations(),
                request,
                holdout,
                generation,
                Timer.start(),
                Computation.start(
                        computing,
                        () -> {
                            try (var predictor = request.predictor().get()) {
                                return Sweep.of(codec, topic, request, rows, generation, predictor);
                            }
                        }));
    }

    /** Commits the result of a sweep, unless a partition was revoked meanwhile. */
    private boolean finish(Running done) {
        if (inbox.revocations() != done.revocations()) {
            inbox.rewind();
            return false;
        }
        ConsumerRecord<byte[], byte[]> event = done.event();
        ModelSpec spec = done.request().spec();
        TransactionBatch batch = done.batch();
        Sweep sweep = null;
        try {
            sweep = done.computation().result();
        } catch (UnusableCheckpointException e) {
            if (event != null) { // a repetition's went to the dead letters the first time
                batch.add(deadLetters.of(event, String.valueOf(e.getMessage())));
            }
        } catch (RuntimeException e) {
            return retryLater(done, e);
        }
        if (sweep != null) {
            sweep.records().forEach(batch::add);
            rejected.contribute(spec, sweep, batch);
            done.holdout().contribute(batch);
        }
        if (event != null) {
            cursors.of(event.partition()).done(done.request().queue(), event.offset());
            addOffset(event, batch);
        }
        if (!batch.isEmpty() && !commit(batch)) {
            return false;
        }
        if (event != null) {
            inbox.queue(event.partition()).remove();
            mayRepeat = true;
        }
        if (done.request().isLasting()) {
            generations.put(key(done.request()), done.generation());
        }
        failed.remove(spec.getId());
        prerequisites.forget(spec.getId());
        if (sweep != null) {
            rejected.committed(spec, sweep);
            done.holdout().committed();
            done.sample().stop(sweepTime);
            sweeps++;
        }
        return true;
    }

    /** Keeps the event of a sweep that failed for a reason outside its checkpoint. */
    private boolean retryLater(Running done, RuntimeException e) {
        ModelSpec spec = done.request().spec();
        boolean expected =
                e instanceof UncheckedIOException // the store, or a file of an encoder
                        || e instanceof BrokenEncoderException
                        || e instanceof LabelerException;
        failed.put(spec.getId(), spec);
        prerequisites.blame(
                spec.getTask(), spec.getId(), expected ? String.valueOf(e.getMessage()) : "" + e);
        ConsumerRecord<byte[], byte[]> event = done.event();
        TransactionBatch batch = done.batch();
        if (event == null) {
            cursors.delay(key(done.request()));
            return false;
        }
        if (cursors.delay(event.partition(), done.request(), event.offset())) {
            inbox.queue(event.partition()).remove();
            addOffset(event, batch);
        }
        return !batch.isEmpty() && commit(batch);
    }

    private void addOffset(ConsumerRecord<byte[], byte[]> event, TransactionBatch batch) {
        int partition = event.partition();
        batch.reached(inbox.partition(partition), cursors.of(partition).committed());
    }

    private boolean commit(TransactionBatch batch) {
        try {
            if (outbox.commit(batch, inbox.group())) {
                prerequisites.forget(COMMIT);
                return true;
            }
        } catch (AccessDeniedException e) { // of one task's predictions, perhaps
            prerequisites.blame(null, COMMIT, String.valueOf(e.getMessage()));
        }
        inbox.rewind();
        return false;
    }
}
