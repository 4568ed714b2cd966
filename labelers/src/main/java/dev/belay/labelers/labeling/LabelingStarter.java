package dev.belay.labelers.labeling;

import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.ProgressEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects labelers to their topics. Belongs to one thread.
 *
 * @param progress of the tasks of those that were started, by task
 */
record LabelingStarter(
        Clients clients,
        TopicCheck check,
        DeadLetters deadLetters,
        Executor computing,
        Map<String, ProgressTable> progress)
        implements AutoCloseable {
    /** Longer than transactions live, so that a dead writer's can end. */
    private static final Duration PROGRESS_WITHIN = Duration.ofSeconds(60);

    /** Takes in the progress that has come. */
    void poll() {
        progress.values().forEach(table -> table.poll(Duration.ZERO));
    }

    /** Why a labeler cannot be started now, or null. */
    @Nullable String problem(LabelerTopics topics) {
        String partitioned = check.problem(topics.partitioned(), topics.partitions());
        return partitioned != null
                ? partitioned
                : check.problem(List.of(topics.progress()), TopicCheck.ANY);
    }

    /**
     * Starts a labeler.
     *
     * @param models that are there now
     */
    Labeling start(Wanted wanted, Collection<ModelSpec> models) {
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
                clients.consumer(wanted.group(), member, Inbox.consumer(Labeling.MAX_BUFFERED));
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
                        Labeling.MAX_BUFFERED,
                        partition -> endless && own.apply(partition) == null);
        return new Labeling(
                topics,
                inbox,
                outbox,
                wanted.maker()
                        .make(
                                new Wanted.Resources(
                                        topics, inbox, consumer, reader, deadLetters, ends, table)),
                ends.apply(wanted.inputWriter()),
                own,
                reader,
                deadLetters,
                Clock.systemUTC(),
                computing);
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

    @Override
    public void close() {
        progress.values().forEach(ProgressTable::close);
    }
}
