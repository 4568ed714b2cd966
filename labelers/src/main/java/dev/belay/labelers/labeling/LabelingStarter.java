package dev.belay.labelers.labeling;

import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.OneOwnerAssignor;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.ProgressEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.labelers.records.StateTable;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts labelers: connects each to its topics. Belongs to one thread.
 *
 * @param progress the progress tables of the started labelers' tasks, by task
 * @param versions closed with this
 * @param states closed with this
 * @param current models of any task, as they are now
 */
record LabelingStarter(
        Clients clients,
        TopicCheck check,
        DeadLetters deadLetters,
        Executor computing,
        Map<String, ProgressTable> progress,
        VersionTable versions,
        StateTable states,
        AtomicReference<Collection<ModelSpec>> current)
        implements AutoCloseable {
    /** Longer than the transaction timeout, so that an open transaction of a dead writer ends. */
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(60);

    /** Reads the progress records available, without waiting. */
    void poll() {
        progress.values().forEach(table -> table.poll(Duration.ZERO));
    }

    /** Why the labeler of these topics cannot be started now, or null if it can. */
    @Nullable String problem(LabelerTopics topics) {
        String partitioned = check.problem(topics.partitioned(), topics.partitions());
        return partitioned != null ? partitioned : check.problem(topics.others(), TopicCheck.ANY);
    }

    /** Starts a labeler. */
    Labeling start(Wanted wanted) {
        Collection<ModelSpec> models = models();
        LabelerTopics topics = wanted.topics();
        String member = wanted.group() + "." + clients.settings().instance();
        Outbox outbox = new Outbox(() -> clients.producer(member));
        outbox.open();
        ProgressTable table =
                progress.computeIfAbsent(topics.task(), task -> new ProgressTable(clients, task));
        Function<@Nullable String, PartitionEnds> ends =
                writer -> new ProgressEnds(table, writer, check::uncommittedEnd);
        RecordReader reader = new RecordReader(clients.codec(), topics.partitions());
        Consumer<byte[], byte[]> consumer =
                clients.consumer(wanted.group(), member, overrides(topics.states() != null));
        IntFunction<@Nullable Progress> own =
                partition -> {
                    table.catchUpPastOpenTransactions(check.admin(), OPEN_WITHIN);
                    return table.of(topics.output(), partition, topics.labeler());
                };
        boolean endless = hasOnlyEndlessStudents(topics, models);
        try {
            Inbox inbox =
                    new Inbox(
                            consumer,
                            topics.input(),
                            Labeling.MAX_BUFFERED,
                            partition -> endless && own.apply(partition) == null);
            return new Labeling(
                    topics,
                    inbox,
                    outbox,
                    wanted.maker()
                            .make(
                                    new Wanted.Resources(
                                            topics,
                                            inbox,
                                            consumer,
                                            reader,
                                            deadLetters,
                                            ends,
                                            table,
                                            p -> versions.of(topics.labeler(), p, OPEN_WITHIN),
                                            p -> LabelingProgress.next(own.apply(p)))),
                    ends.apply(wanted.inputWriter()),
                    own,
                    reader,
                    deadLetters,
                    Clock.systemUTC(),
                    computing,
                    topics.states() == null
                            ? null
                            : new LearningPosition(
                                    topics,
                                    inbox,
                                    () -> states.of(topics.labeler(), OPEN_WITHIN),
                                    () -> isEndless(topics.task(), models())));
        } catch (RuntimeException e) { // it is tried again and again
            outbox.close();
            consumer.close();
            throw e;
        }
    }

    private static Map<String, Object> overrides(boolean oneOwner) {
        Map<String, Object> overrides = new HashMap<>(Inbox.consumer(Labeling.MAX_BUFFERED));
        if (oneOwner) {
            overrides.putAll(OneOwnerAssignor.consumer());
        }
        return overrides;
    }

    private Collection<ModelSpec> models() {
        return Objects.requireNonNull(current.get());
    }

    /** Whether the stream of a task has no end, as far as is known: it has models, all endless. */
    private static boolean isEndless(String task, Collection<ModelSpec> models) {
        List<ModelSpec> known =
                models.stream()
                        .filter(s -> s.getTask().equals(task) && !LabelerSpecs.isExternal(s))
                        .toList();
        return !known.isEmpty() && known.stream().allMatch(spec -> spec.getMaxWaitMs() > 0);
    }

    /**
     * Whether no model that learns from this labeler has a budget. Only such models may start at a
     * later offset if retention has deleted examples: one with a budget would be FINISHED on fewer.
     */
    private static boolean hasOnlyEndlessStudents(
            LabelerTopics topics, Collection<ModelSpec> models) {
        return models.stream()
                .filter(spec -> spec.getTask().equals(topics.task()))
                .filter(spec -> spec.getSupervisor().equals(topics.labeler()))
                .filter(spec -> !LabelerSpecs.isExternal(spec))
                .allMatch(spec -> spec.getBudget() == 0);
    }

    @Override
    public void close() {
        try (versions;
                states) {
            progress.values().forEach(ProgressTable::close);
        }
    }
}
