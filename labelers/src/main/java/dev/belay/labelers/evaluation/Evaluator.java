package dev.belay.labelers.evaluation;

import dev.belay.labelers.SpecFollower;
import dev.belay.labelers.prediction.CheckpointPredictors;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.StateTable;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntPredicate;
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
public final class Evaluator extends SpecFollower {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);
    private static final Duration PATIENCE_FOR_SPECS = Duration.ofSeconds(5);
    private static final int EVENTS_IN_HAND = 64;

    private final Predictors predictors;
    private final String group;
    private final String member;
    private final AtomicLong sweeps = new AtomicLong();
    private final Timer sweepTime;

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
        super(clients, "evaluator");
        this.predictors = predictors;
        this.group = clients.topics().prefix() + "evaluators";
        this.member = group + "." + clients.settings().instance();
        this.sweepTime = clients.meters().timer("belay.sweep");
    }

    /** Sweeps committed by this process so far. */
    public long sweeps() {
        return sweeps.get();
    }

    @Override
    protected Work open(Context context) {
        return new Rounds(context);
    }

    /** A round is one of each of the two topics, in turns. */
    private final class Rounds implements Work {
        private final Context context;
        private final List<Consumer<byte[], byte[]>> consumers = new ArrayList<>();
        private final DeadLetters deadLetters = new DeadLetters(clients(), name());
        private final TaskHoldouts holdouts;
        private final LastingCheckpoints lasting;
        private final LabelerSweeps labelerSweeps;
        private final StateTable states;
        private final Evaluations checkpoints;
        private final Evaluations versions;
        private boolean busy;

        Rounds(Context context) {
            this.context = context;
            Topics topics = clients().topics();
            RecordReader reader = new RecordReader(clients().codec(), Topics.MODEL_PARTITIONS);
            holdouts =
                    new TaskHoldouts(
                            clients(),
                            member,
                            context.check(),
                            context.patience(),
                            deadLetters,
                            this::committed,
                            new HashMap<>());
            lasting = new LastingCheckpoints(clients());
            var compared =
                    new ComparedLabelers(
                            () -> context.models().current(), () -> context.labelers().current());
            states = new StateTable(clients(), context.check().admin());
            labelerSweeps =
                    new LabelerSweeps(
                            context.labelers()::isStopped,
                            id -> context.labelers().all().get(id),
                            compared::contains,
                            this::lastingLabelers,
                            reader,
                            holdouts::sources,
                            this::state,
                            new HashMap<>(),
                            holdouts::votes,
                            new HashMap<>());
            // not all checkpoints have to be read where no source is endless
            Function<IntPredicate, List<Checkpoint>> lastingCheckpoints =
                    partitions -> compared.isEmpty() ? List.of() : lasting.in(partitions);
            Specs specs = Specs.of(context.models(), PATIENCE_FOR_SPECS);
            checkpoints =
                    evaluations(
                            "",
                            topics.checkpoints(),
                            new CheckpointSweeps(
                                    specs,
                                    predictors,
                                    reader,
                                    compared::contains,
                                    lastingCheckpoints));
            versions = evaluations(".labelers", topics.labelers(), labelerSweeps);
        }

        /** Waits for the first only, and only while neither has anything to do. */
        @Override
        public void round() {
            long before = checkpoints.sweeps() + versions.sweeps();
            boolean more = versions.step(Duration.ZERO);
            busy = checkpoints.step(busy || more ? Duration.ZERO : WAIT) || more;
            sweeps.addAndGet(checkpoints.sweeps() + versions.sweeps() - before);
            labelerSweeps.tidy();
        }

        @Override
        public void close() {
            try (holdouts;
                    lasting;
                    states;
                    labelerSweeps;
                    checkpoints) {
                versions.close();
            }
        }

        /** See {@link SweptStates#of}. */
        private byte @Nullable [] state(LabelerSpec spec, long least) {
            String topic = clients().topics().labelerStates();
            boolean ended = holdouts.hasEnded(spec);
            if ((!ended && least < 0)
                    || !context.patience()
                            .passes(
                                    spec.getTask(),
                                    topic,
                                    () ->
                                            context.check()
                                                    .problem(List.of(topic), TopicCheck.ANY))) {
                return null;
            }
            if (!ended) {
                LabelerState newest = states.newest(spec.getId());
                return newest == null
                                || newest.getVersion() != spec.getVersion()
                                || holdouts.passed(spec) < least
                        ? null
                        : StateTable.bytes(newest);
            }
            // progress and state of the end are of one transaction, but in topics of their own
            LabelerState last = states.of(spec.getId(), CATCH_UP);
            return last == null || last.getVersion() != spec.getVersion()
                    ? new byte[0]
                    : StateTable.bytes(last);
        }

        private List<LabelerSpec> lastingLabelers(IntPredicate partitions) {
            LabelerTable labelers = context.labelers();
            return labelers.all().values().stream()
                    .filter(
                            spec ->
                                    labelers.partitions(spec.getId()).stream()
                                            .anyMatch(partitions::test))
                    .toList();
        }

        /**
         * @param suffix of group and member, so that each topic has its own
         */
        private Evaluations evaluations(String suffix, String topic, SweepRequests requests) {
            Outbox outbox = new Outbox(() -> clients().producer(member + suffix));
            outbox.open();
            Consumer<byte[], byte[]> consumer = clients().consumer(group + suffix, member + suffix);
            consumers.add(consumer);
            return new Evaluations(
                    new Inbox(consumer, topic, EVENTS_IN_HAND),
                    outbox,
                    requests,
                    holdouts::of,
                    context.computing(),
                    clients().codec(),
                    deadLetters,
                    context.patience(),
                    sweepTime,
                    task -> clients().topics().predictions(task));
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
}
