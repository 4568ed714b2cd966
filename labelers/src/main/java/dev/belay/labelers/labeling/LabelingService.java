package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.prediction.UnusableCheckpointException;
import dev.belay.labelers.records.ComputeThread;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.ProgressEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the models and keeps a {@link Labeling} for each labeler that is wanted now, all on one
 * polling thread and one computing thread, in turns. A labeler whose topics or checkpoint are
 * missing waits without holding up the others.
 */
public abstract class LabelingService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(LabelingService.class);
    private static final Duration ROUND = Duration.ofMillis(100);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    /** A labeler that failed and was started again has recovered when it has run for this long. */
    private static final Duration SOUND_AFTER = Duration.ofSeconds(10);

    /** Longer than transactions live, so that a dead writer's can end. */
    private static final Duration PROGRESS_WITHIN = Duration.ofSeconds(60);

    private final Clients clients;
    private final String name;
    private final Prerequisites patience;
    private final Map<String, Running> running = new TreeMap<>();
    private final Map<String, ProgressTable> progress = new HashMap<>();

    /** Labelers that have lost examples, each with the reason: they are not started again. */
    private final Map<String, String> expired = new ConcurrentHashMap<>();

    private final AtomicLong labelled = new AtomicLong();
    private final AtomicLong unlabelled = new AtomicLong();
    private final AtomicLong tooLate = new AtomicLong();
    private volatile boolean following;

    private record Running(Labeling labeling, Counter written, Counter tooLate, long sinceNanos) {}

    /**
     * A labeler that is to work now.
     *
     * @param inputWriter whose records of the input topic are awaited to its end; null: all
     *     writers'
     */
    public record Wanted(
            LabelerTopics topics, String group, @Nullable String inputWriter, JudgeMaker judge) {
        public Wanted(LabelerTopics topics, String group, JudgeMaker judge) {
            this(topics, group, null, judge);
        }
    }

    /** Makes a labeler's judge once its topics are there. */
    @FunctionalInterface
    public interface JudgeMaker {
        ExampleLabeler make(
                Inbox inbox,
                Consumer<byte[], byte[]> group,
                RecordReader reader,
                PartitionEnds ends,
                ProgressTable progress);
    }

    public LabelingService(Clients clients, String name) {
        this.clients = clients;
        this.name = name;
        this.patience = new Prerequisites(name);
        Gauge.builder("belay.labelers.running", running, Map::size)
                .tag("service", name)
                .register(clients.meters());
    }

    /**
     * The labelers that should work now, by a name for each.
     *
     * @param models the newest run of each model, by id
     * @param labelers the newest run of each labeler that is not a model, by id
     */
    protected abstract Map<String, Wanted> wanted(
            Map<String, ModelSpec> models,
            Map<String, LabelerSpec> labelers,
            ReadyCheckpoints ready);

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean ready() {
        return following && patience.isContent() && expired.isEmpty();
    }

    /** Labels committed by this process so far. */
    public long labelled() {
        return labelled.get();
    }

    /** Examples passed without a label so far: of other splits, unreadable, or without truth. */
    public long unlabelled() {
        return unlabelled.get();
    }

    /** Of these, examples whose truth did not arrive within {@code labeler.truth-horizon}. */
    public long tooLate() {
        return tooLate.get();
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>(patience.problems());
        new TreeMap<>(expired).forEach((key, why) -> troubles.add(key + ": " + why));
        return troubles;
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
            ReadyCheckpoints ready = new ReadyCheckpoints();
            try (ComputeThread computing = new ComputeThread(name);
                    var models = new ModelTable(clients);
                    var labelers = new LabelerTable(clients);
                    var checkpoints =
                            new TopicTable<>(
                                    clients, topics.checkpoints(), Checkpoint.class, ready::take)) {
                models.catchUp(CATCH_UP);
                labelers.catchUp(CATCH_UP);
                following = true;
                try {
                    follow(models, labelers, checkpoints, ready, check, computing);
                } finally {
                    following = false;
                    stopAll();
                }
            }
        }
    }

    protected final Clients clients() {
        return clients;
    }

    private void follow(
            ModelTable models,
            LabelerTable labelers,
            TopicTable<Checkpoint> checkpoints,
            ReadyCheckpoints ready,
            TopicCheck check,
            ComputeThread computing) {
        boolean busy = false;
        while (!patience.isClosed()) {
            models.poll(Duration.ZERO);
            labelers.poll(Duration.ZERO);
            checkpoints.poll(running.isEmpty() ? ROUND : Duration.ZERO);
            progress.values().forEach(table -> table.poll(Duration.ZERO));
            var wanted = wanted(models.current(), labelers.current(), ready);
            reconcile(wanted, models.current().values(), check, computing);
            busy = stepAll(busy);
        }
    }

    private void reconcile(
            Map<String, Wanted> wanted,
            Collection<ModelSpec> models,
            TopicCheck check,
            ComputeThread computing) {
        expired.keySet().retainAll(wanted.keySet());
        for (String gone : List.copyOf(running.keySet())) {
            if (!wanted.containsKey(gone)) {
                stop(gone);
                LOG.info("{} is not wanted any more", gone);
            }
        }
        wanted.forEach(
                (key, labeler) -> {
                    if (!running.containsKey(key)
                            && !expired.containsKey(key)
                            && patience.passes(key, () -> problem(labeler.topics(), check))) {
                        running.put(key, start(labeler, models, check, computing));
                        LOG.info("{} labels the examples of {}", key, labeler.topics().task());
                    }
                });
    }

    private static @Nullable String problem(LabelerTopics topics, TopicCheck check) {
        String partitioned = check.problem(topics.partitioned(), topics.partitions());
        return partitioned != null
                ? partitioned
                : check.problem(List.of(topics.progress()), TopicCheck.ANY);
    }

    private Running start(
            Wanted wanted,
            Collection<ModelSpec> models,
            TopicCheck check,
            ComputeThread computing) {
        LabelerTopics topics = wanted.topics();
        String member = wanted.group() + "." + clients.settings().instance();
        Outbox outbox = new Outbox(() -> clients.producer(member));
        outbox.open();
        ProgressTable table =
                progress.computeIfAbsent(topics.task(), task -> new ProgressTable(clients, task));
        PartitionEnds ends = new ProgressEnds(table, wanted.inputWriter(), check::uncommittedEnd);
        RecordReader reader = new RecordReader(clients.codec(), topics.partitions());
        Consumer<byte[], byte[]> consumer =
                clients.consumer(wanted.group(), member, Inbox.consumer(Labeling.IN_HAND));
        IntFunction<@Nullable Progress> own =
                partition -> {
                    table.catchUpPastOpenTransactions(check.admin(), PROGRESS_WITHIN);
                    return table.of(topics.output(), partition, topics.labeler());
                };
        boolean endless = hasOnlyEndlessStudents(topics, models);
        Inbox inbox =
                new Inbox(
                        consumer,
                        topics.input(),
                        Labeling.IN_HAND,
                        partition -> endless && own.apply(partition) == null);
        Labeling labeling =
                new Labeling(
                        topics,
                        inbox,
                        outbox,
                        wanted.judge().make(inbox, consumer, reader, ends, table),
                        ends,
                        own,
                        reader,
                        new DeadLetters(clients, name),
                        Clock.systemUTC(),
                        computing);
        return new Running(
                labeling,
                counter("belay.labels.written", topics),
                counter("belay.labels.too.late", topics),
                System.nanoTime());
    }

    /**
     * Whether all models that learn from this labeler are endless: they lose nothing where the
     * examples of a stream begin late. One with a budget would FINISH on fewer.
     */
    private static boolean hasOnlyEndlessStudents(
            LabelerTopics topics, Collection<ModelSpec> models) {
        return models.stream()
                .filter(spec -> spec.getTask().equals(topics.task()))
                .filter(spec -> spec.getSupervisor().equals(topics.labeler()))
                .allMatch(spec -> spec.getBudget() == 0);
    }

    private Counter counter(String meter, LabelerTopics topics) {
        String labeler = ModelId.labelerOf(topics.labeler());
        return clients.meters().counter(meter, "task", topics.task(), "labeler", labeler);
    }

    /**
     * A round of each labeler. It waits for what is being computed, and for input only while
     * nothing is.
     *
     * @param wasBusy whether anything was done in the round before
     * @return whether anything was done
     */
    private boolean stepAll(boolean wasBusy) {
        Duration share = ROUND.dividedBy(Math.max(1, running.size()));
        boolean idle =
                !wasBusy && running.values().stream().noneMatch(r -> r.labeling().isComputing());
        boolean busy = false;
        for (String key : List.copyOf(running.keySet())) {
            Running labeler = running.get(key);
            if (labeler == null || patience.isClosed()) {
                continue;
            }
            Labeling labeling = labeler.labeling();
            long before = labeling.labelled();
            long passedBefore = labeling.unlabelled();
            long tooLateBefore = labeling.tooLate();
            try {
                boolean waits = idle || labeling.isComputing();
                busy |= labeling.step(waits ? share : Duration.ZERO);
            } catch (UnusableCheckpointException
                    | LabelerException
                    | BrokenEncoderException
                    | UncheckedIOException e) {
                halt(key);
                patience.blame(key, String.valueOf(e.getMessage()));
                continue;
            } catch (ExpiredOffsetException e) { // what is lost does not come back
                stop(key);
                expired.put(key, String.valueOf(e.getMessage()));
                LOG.error("{} labels {} no more: {}", name, key, e.getMessage());
                continue;
            }
            long more = labeling.labelled() - before;
            if (more > 0 || System.nanoTime() - labeler.sinceNanos() > SOUND_AFTER.toNanos()) {
                patience.forget(key);
            }
            labeler.written().increment((double) more);
            labelled.addAndGet(more);
            unlabelled.addAndGet(labeling.unlabelled() - passedBefore);
            count(key, labeler, labeling.tooLate() - tooLateBefore);
        }
        return busy;
    }

    private void count(String key, Running labeler, long more) {
        if (more > 0 && labeler.labeling().tooLate() == more) {
            LOG.warn(
                    "{} passes over examples whose truth did not arrive within"
                            + " labeler.truth-horizon; belay_labels_too_late_total counts them",
                    key);
        }
        labeler.tooLate().increment((double) more);
        tooLate.addAndGet(more);
    }

    private void stop(String key) {
        halt(key);
        patience.forget(key);
    }

    private void halt(String key) {
        Running stopped = running.remove(key);
        if (stopped != null) {
            stopped.labeling().close();
        }
    }

    private void stopAll() {
        for (String key : List.copyOf(running.keySet())) {
            stop(key);
        }
        progress.values().forEach(ProgressTable::close);
        progress.clear();
    }
}
