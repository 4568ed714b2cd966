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
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Works through the events of {@code belay.checkpoints}, or of {@code belay.labelers}: a due one
 * becomes a sweep, committed with the event's offset in a transaction of its own; one that can't
 * become a sweep goes to the dead letters. An event whose holdout, or what else it needs, is not
 * complete holds back those of its queue only, see {@link EvaluationCursor}; where the store can't
 * be read now, all wait. One sweep at a time is computed on another thread, while this one keeps
 * polling; if a partition is revoked in the meantime the sweep is dropped. Belongs to one thread.
 */
final class Evaluations implements AutoCloseable {
    private final Inbox inbox;
    private final Outbox outbox;
    private final SweepRequests requests;
    private final Function<ModelSpec, @Nullable Holdout> holdouts;
    private final Executor computing;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final Prerequisites patience;
    private final Timer sweepTime;
    private final UnaryOperator<String> predictionsOf;
    private static final String STORE = "the checkpoint store";

    private final Map<Integer, EvaluationCursor> standings = new HashMap<>();

    /** By queue, a request of each that waits: the last that had to. */
    private final Map<String, SweepRequests.Request> held = new HashMap<>();

    /** Examples that a model rejected, as model and place, whose dead letters are committed. */
    private final Set<String> reported = new HashSet<>();

    private @Nullable Running running;
    private int lastSwept = -1;
    private long sweeps;

    /**
     * A sweep in work; its event is the oldest of its partition.
     *
     * @param batch of its transaction, with what was passed before it
     * @param revocations of the inbox when it began
     */
    private record Running(
            ConsumerRecord<byte[], byte[]> event,
            TransactionBatch batch,
            long revocations,
            SweepRequests.Request request,
            Holdout holdout,
            Timer.Sample sample,
            Computation<Sweep> computation) {}

    /** What became of the oldest event of a partition. */
    private enum Outcome {
        PASSED,
        /** Its sweep is being computed. */
        COMPUTES,
        WAITS
    }

    /**
     * @param holdouts of a spec's task, polled; null while it is not complete
     * @param computing one thread, on which checkpoints are opened and predict
     * @param patience receives why sweeps can't be made now
     * @param sweepTime of committed sweeps, from opening the checkpoint on
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
            Prerequisites patience,
            Timer sweepTime,
            UnaryOperator<String> predictionsOf) {
        this.inbox = inbox;
        this.outbox = outbox;
        this.requests = requests;
        this.holdouts = holdouts;
        this.computing = computing;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.patience = patience;
        this.sweepTime = sweepTime;
        this.predictionsOf = predictionsOf;
    }

    /**
     * One round: at most one sweep.
     *
     * @param wait for how long to wait for events, or for the sweep in work
     * @return whether anything was done
     */
    boolean step(Duration wait) {
        boolean done = false;
        if (running == null) {
            done = begin(wait);
        } else {
            boolean unused = inbox.poll(Duration.ZERO);
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
        for (int fresh : inbox.takeFresh()) {
            standings.put(fresh, EvaluationCursor.of(inbox.committed(fresh)));
        }
        standings.keySet().retainAll(inbox.partitions());
        boolean done = resume();
        TransactionBatch pending = new TransactionBatch();
        for (int partition : inTurn()) {
            EvaluationCursor standing = standing(partition);
            Deque<ConsumerRecord<byte[], byte[]>> queue = inbox.queue(partition);
            Outcome outcome = Outcome.PASSED;
            while (!queue.isEmpty() && outcome == Outcome.PASSED) {
                outcome = handle(queue.element(), standing, pending);
                if (outcome == Outcome.COMPUTES) {
                    return done;
                }
                if (outcome == Outcome.PASSED) {
                    queue.remove();
                    done = true;
                }
            }
            if (queue.isEmpty() && standing.reached(inbox.position(partition))) {
                pending.reached(inbox.partition(partition), standing.committed());
            }
        }
        return pending.isEmpty() ? done : commit(pending);
    }

    /** The partitions held, those first that come after the one swept last. */
    private List<Integer> inTurn() {
        List<Integer> partitions = new ArrayList<>(inbox.partitions());
        long before = partitions.stream().filter(p -> p <= lastSwept).count();
        Collections.rotate(partitions, -(int) before);
        return partitions;
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
     * Goes back to the events of queues that wait no more: what they waited for is there, or the
     * model that waited was stopped.
     *
     * @return whether there are such queues
     */
    private boolean resume() {
        Set<String> waiting = new TreeSet<>();
        standings.values().forEach(standing -> waiting.addAll(standing.waiting()));
        held.keySet().retainAll(waiting);
        Set<String> free = new HashSet<>();
        held.forEach(
                (queue, request) -> {
                    if (!requests.isWanted(request.spec()) || holdout(request) != null) {
                        free.add(queue);
                    }
                });
        standings.forEach(
                (partition, standing) -> {
                    if (!Collections.disjoint(standing.waiting(), free)) {
                        inbox.seek(partition, standing.resume(free));
                    }
                });
        return !free.isEmpty();
    }

    /** The holdout of a request for which all is there that it needs; else null. */
    private @Nullable Holdout holdout(SweepRequests.Request request) {
        Holdout holdout = holdouts.apply(request.spec());
        return holdout != null && request.isReady().test(holdout) ? holdout : null;
    }

    private Outcome handle(
            ConsumerRecord<byte[], byte[]> event,
            EvaluationCursor standing,
            TransactionBatch pending) {
        long offset = event.offset();
        standing.reached(offset);
        String queue = null;
        try {
            SweepRequests.Request request = requests.of(event);
            queue = request == null ? null : request.queue();
            if (standing.isDone(queue, offset)) {
                return Outcome.PASSED;
            }
            if (request != null && request.isDue()) {
                Holdout holdout = standing.waits(request.queue()) ? null : holdout(request);
                if (holdout != null) {
                    return sweep(event, request, holdout, pending);
                }
                if (!standing.hold(request.queue(), offset)) {
                    return Outcome.WAITS;
                }
                held.put(request.queue(), request);
                return pass(event, standing, pending);
            }
        } catch (BadRecordException e) {
            if (standing.isDone(queue, offset)) {
                return Outcome.PASSED;
            }
            pending.add(deadLetters.of(event, String.valueOf(e.getMessage())));
        }
        standing.done(queue, offset);
        return pass(event, standing, pending);
    }

    /** Begins a sweep, which goes on in {@link #finish}. */
    private Outcome sweep(
            ConsumerRecord<byte[], byte[]> event,
            SweepRequests.Request request,
            Holdout holdout,
            TransactionBatch pending) {
        lastSwept = event.partition();
        Map<Integer, List<Holdout.Row>> rows = holdout.rows();
        String topic = predictionsOf.apply(request.spec().getTask());
        running =
                new Running(
                        event,
                        pending,
                        inbox.revocations(),
                        request,
                        holdout,
                        Timer.start(),
                        Computation.start(
                                computing,
                                () -> {
                                    try (var predictor = request.predictor().get()) {
                                        return Sweep.of(codec, topic, request, rows, predictor);
                                    }
                                }));
        return Outcome.COMPUTES;
    }

    /** Commits what was computed, unless a partition was revoked meanwhile. */
    private boolean finish(Running done) {
        if (inbox.revocations() != done.revocations()) {
            inbox.rewind();
            return false;
        }
        int partition = done.event().partition();
        ModelSpec spec = done.request().spec();
        EvaluationCursor standing = standing(partition);
        TransactionBatch batch = done.batch();
        Sweep sweep = null;
        try {
            sweep = done.computation().result();
            sweep.records().forEach(batch::add);
            sweep.rejected().forEach(r -> addLetter(spec, r, batch));
            done.holdout().contribute(batch);
        } catch (UncheckedIOException | BrokenEncoderException | LabelerException e) {
            // not the checkpoint's fault
            String what =
                    e instanceof UncheckedIOException
                            ? STORE
                            : e instanceof LabelerException ? spec.getId() : spec.getEncoderName();
            patience.blame(what, String.valueOf(e.getMessage()));
            return !batch.isEmpty() && commit(batch);
        } catch (UnusableCheckpointException e) {
            batch.add(deadLetters.of(done.event(), String.valueOf(e.getMessage())));
        }
        standing.done(done.request().queue(), done.event().offset());
        pass(done.event(), standing, batch);
        if (!commit(batch)) {
            return false;
        }
        inbox.queue(partition).remove();
        if (sweep != null) {
            sweep.rejected().forEach(r -> reported.add(place(spec, r.row())));
            done.holdout().committed();
            patience.forget(STORE);
            patience.forget(spec.getEncoderName());
            patience.forget(spec.getId());
            done.sample().stop(sweepTime);
            sweeps++;
        }
        return true;
    }

    private void addLetter(ModelSpec spec, Sweep.Rejected rejected, TransactionBatch batch) {
        if (!reported.contains(place(spec, rejected.row()))) {
            batch.add(
                    deadLetters.notEncoded(
                            rejected.row().record(), spec.getId(), rejected.reason()));
        }
    }

    private static String place(ModelSpec spec, Holdout.Row row) {
        return spec.getId() + " " + row.record().partition() + "@" + row.record().offset();
    }

    private Outcome pass(
            ConsumerRecord<byte[], byte[]> event,
            EvaluationCursor standing,
            TransactionBatch pending) {
        pending.reached(inbox.partition(event.partition()), standing.committed());
        return Outcome.PASSED;
    }

    private EvaluationCursor standing(int partition) {
        return Objects.requireNonNull(standings.get(partition));
    }

    private boolean commit(TransactionBatch batch) {
        if (outbox.commit(batch, inbox.group())) {
            return true;
        }
        inbox.rewind();
        return false;
    }
}
