package dev.belay.labelers.evaluation;

import dev.belay.labelers.prediction.CheckpointPredictors;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.labelers.records.ComputeThread;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.ProgressEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Patience;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the whole holdout of a task with each checkpoint that is due: every {@code
 * evaluateEvery}-th, and the last. Scales by the partitions of {@code belay.checkpoints}: group
 * {@code <prefix>evaluators}.
 *
 * <p>A checkpoint whose spec stays unknown, or whose file is missing, altered or of another shape,
 * goes to the dead letters with the reason; where the store can't be read, it waits. A holdout
 * example that a model's encoder rejects is left out of the sweep and goes to the dead letters; an
 * encoder that fails on all of them holds its checkpoint back.
 */
public final class Evaluator implements Service {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration PATIENCE_FOR_SPECS = Duration.ofSeconds(5);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);
    private static final int EVENTS_IN_HAND = 64;

    private final Clients clients;
    private final Predictors predictors;
    private final String group;
    private final String member;
    private final Patience patience = new Patience("evaluator");
    private final AtomicLong sweeps = new AtomicLong();
    private final Timer sweepTime;
    private final Map<String, TaskHoldout> holdouts = new HashMap<>();
    private volatile boolean following;

    /** A task's holdout and what tells when it has ended. */
    private record TaskHoldout(ProgressTable progress, Holdout holdout) implements AutoCloseable {
        boolean poll() {
            progress.poll(Duration.ZERO);
            return holdout.poll();
        }

        @Override
        public void close() {
            progress.close();
            holdout.close();
        }
    }

    /** With the device and the folders that the settings name. */
    public Evaluator(Clients clients, CheckpointStore store) {
        this(clients, CheckpointPredictors.of(clients.settings(), store));
    }

    /**
     * @param networks opens checkpoints' networks
     */
    public Evaluator(Clients clients, CheckpointStore store, Networks networks) {
        this(clients, new CheckpointPredictors(store, networks));
    }

    Evaluator(Clients clients, Predictors predictors) {
        this.clients = clients;
        this.predictors = predictors;
        this.group = clients.topics().prefix() + "evaluators";
        this.member = group + "." + clients.settings().instance();
        this.sweepTime = clients.meters().timer("belay.sweep");
    }

    @Override
    public String name() {
        return "evaluator";
    }

    @Override
    public boolean ready() {
        return following && patience.isContent();
    }

    /** Sweeps committed by this process so far. */
    public long sweeps() {
        return sweeps.get();
    }

    @Override
    public List<String> troubles() {
        return patience.problems();
    }

    @Override
    public void close() {
        patience.close();
    }

    @Override
    public void run() {
        Topics topics = clients.topics();
        try (Admin admin = clients.admin()) {
            TopicCheck check = new TopicCheck(admin);
            if (!patience.awaitInstallation(check, topics)) {
                return;
            }
            try (ComputeThread computing = new ComputeThread(name());
                    KnownSpecs specs = new KnownSpecs(clients, PATIENCE_FOR_SPECS);
                    Evaluations evaluations = evaluations(specs, check, computing)) {
                following = true;
                follow(specs, evaluations);
            } finally {
                following = false;
                holdouts.values().forEach(TaskHoldout::close);
                holdouts.clear();
            }
        }
    }

    private void follow(KnownSpecs specs, Evaluations evaluations) {
        boolean busy = false;
        while (!patience.isClosed()) {
            specs.poll();
            long before = evaluations.sweeps();
            busy = evaluations.step(busy ? Duration.ZERO : WAIT);
            sweeps.addAndGet(evaluations.sweeps() - before);
        }
    }

    private Evaluations evaluations(Specs specs, TopicCheck check, ComputeThread computing) {
        Outbox outbox = new Outbox(() -> clients.producer(member));
        outbox.open();
        Consumer<byte[], byte[]> consumer = clients.consumer(group, member);
        DeadLetters deadLetters = new DeadLetters(clients, name());
        return new Evaluations(
                new Inbox(consumer, clients.topics().checkpoints(), EVENTS_IN_HAND),
                outbox,
                specs,
                spec -> holdout(spec, check, consumer, deadLetters),
                predictors,
                computing,
                new RecordReader(clients.codec(), Topics.MODEL_PARTITIONS),
                deadLetters,
                patience,
                sweepTime,
                task -> clients.topics().predictions(task));
    }

    private @Nullable Holdout holdout(
            ModelSpec spec,
            TopicCheck check,
            Consumer<byte[], byte[]> consumer,
            DeadLetters deadLetters) {
        TaskHoldout known = holdouts.get(spec.getTask());
        if (known == null) {
            if (!patience.passes("task " + spec.getTask(), () -> problem(spec, check))) {
                return null;
            }
            known = open(spec, check, consumer, deadLetters);
            holdouts.put(spec.getTask(), known);
        }
        return known.poll() ? known.holdout() : null;
    }

    private @Nullable String problem(ModelSpec spec, TopicCheck check) {
        Topics topics = clients.topics();
        String task = spec.getTask();
        String partitioned =
                check.problem(
                        List.of(topics.holdout(task), topics.predictions(task)),
                        spec.getPartitions());
        return partitioned != null
                ? partitioned
                : check.problem(List.of(topics.progress(task)), TopicCheck.ANY);
    }

    private TaskHoldout open(
            ModelSpec spec,
            TopicCheck check,
            Consumer<byte[], byte[]> consumer,
            DeadLetters deadLetters) {
        ProgressTable progress = new ProgressTable(clients, spec.getTask());
        progress.catchUp(CATCH_UP);
        Holdout holdout =
                new Holdout(
                        clients.consumer(null, member + "." + spec.getTask() + ".holdout"),
                        clients.topics().holdout(spec.getTask()),
                        new RecordReader(clients.codec(), spec.getPartitions()),
                        deadLetters,
                        new ProgressEnds(progress, check::uncommittedEnd),
                        partition -> committed(consumer, partition));
        holdout.catchUp(CATCH_UP);
        return new TaskHoldout(progress, holdout);
    }

    private static long committed(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        OffsetAndMetadata offset = consumer.committed(Set.of(partition)).get(partition);
        return offset == null ? 0 : offset.offset();
    }
}
