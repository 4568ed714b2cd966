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
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the whole holdout of a task with each checkpoint that is due: every {@code
 * evaluateEvery}-th, and the last; and with each version of a labeler that is not a model. Scales
 * by the partitions of {@code belay.checkpoints} and {@code belay.labelers}: groups {@code
 * <prefix>evaluators} and {@code <prefix>evaluators.labelers}.
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
    private final Prerequisites patience = new Prerequisites("evaluator");
    private final AtomicLong sweeps = new AtomicLong();
    private final Timer sweepTime;
    private final Map<String, TaskHoldout> holdouts = new HashMap<>();
    private final List<Consumer<byte[], byte[]>> consumers = new ArrayList<>();
    private boolean busy;
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
            RecordReader reader = new RecordReader(clients.codec(), Topics.MODEL_PARTITIONS);
            try (ComputeThread computing = new ComputeThread(name());
                    ModelTable models = new ModelTable(clients);
                    LabelerTable labelers = new LabelerTable(clients);
                    Evaluations checkpoints =
                            evaluations(
                                    "",
                                    topics.checkpoints(),
                                    new CheckpointSweeps(
                                            Specs.of(models, PATIENCE_FOR_SPECS),
                                            predictors,
                                            reader),
                                    check,
                                    computing);
                    Evaluations versions =
                            evaluations(
                                    ".labelers",
                                    topics.labelers(),
                                    LabelerSweeps.of(labelers, reader),
                                    check,
                                    computing)) {
                models.catchUp(CATCH_UP);
                labelers.catchUp(CATCH_UP);
                following = true;
                while (!patience.isClosed()) {
                    models.poll(Duration.ZERO);
                    labelers.poll(Duration.ZERO);
                    step(checkpoints, versions);
                }
            } finally {
                following = false;
                holdouts.values().forEach(TaskHoldout::close);
                holdouts.clear();
                consumers.clear();
            }
        }
    }

    /** A round of each; waits for the first only, and only while neither has anything to do. */
    private void step(Evaluations checkpoints, Evaluations versions) {
        long before = checkpoints.sweeps() + versions.sweeps();
        boolean more = versions.step(Duration.ZERO);
        busy = checkpoints.step(busy || more ? Duration.ZERO : WAIT) || more;
        sweeps.addAndGet(checkpoints.sweeps() + versions.sweeps() - before);
    }

    /**
     * @param suffix of group and member, so that each topic has its own
     */
    private Evaluations evaluations(
            String suffix,
            String topic,
            SweepRequests requests,
            TopicCheck check,
            ComputeThread computing) {
        Outbox outbox = new Outbox(() -> clients.producer(member + suffix));
        outbox.open();
        Consumer<byte[], byte[]> consumer = clients.consumer(group + suffix, member + suffix);
        consumers.add(consumer);
        DeadLetters deadLetters = new DeadLetters(clients, name());
        return new Evaluations(
                new Inbox(consumer, topic, EVENTS_IN_HAND),
                outbox,
                requests,
                spec -> holdout(spec, check, deadLetters),
                computing,
                clients.codec(),
                deadLetters,
                patience,
                sweepTime,
                task -> clients.topics().predictions(task));
    }

    private @Nullable Holdout holdout(ModelSpec spec, TopicCheck check, DeadLetters deadLetters) {
        TaskHoldout known = holdouts.get(spec.getTask());
        if (known == null) {
            if (!patience.passes("task " + spec.getTask(), () -> problem(spec, check))) {
                return null;
            }
            known = open(spec, check, deadLetters);
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

    private TaskHoldout open(ModelSpec spec, TopicCheck check, DeadLetters deadLetters) {
        ProgressTable progress = new ProgressTable(clients, spec.getTask());
        progress.catchUp(CATCH_UP);
        Holdout holdout =
                new Holdout(
                        clients.consumer(null, member + "." + spec.getTask() + ".holdout"),
                        clients.topics().holdout(spec.getTask()),
                        new RecordReader(clients.codec(), spec.getPartitions()),
                        deadLetters,
                        new ProgressEnds(progress, null, check::uncommittedEnd),
                        this::committed);
        holdout.catchUp(CATCH_UP);
        return new TaskHoldout(progress, holdout);
    }

    /** The offset up to which either group has sent the dead letters of a holdout partition. */
    private long committed(TopicPartition partition) {
        return consumers.stream()
                .map(consumer -> consumer.committed(Set.of(partition)).get(partition))
                .filter(Objects::nonNull)
                .mapToLong(OffsetAndMetadata::offset)
                .max()
                .orElse(0);
    }
}
