package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.ProgressEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The holdouts of the tasks that have sweeps, each opened once. Belongs to one thread.
 *
 * @param member prefix of client ids
 * @param committed the group's committed offset of a holdout partition, see {@link Holdout}
 * @param open the opened holdouts, by task
 */
record TaskHoldouts(
        Clients clients,
        String member,
        TopicCheck check,
        Prerequisites patience,
        DeadLetters deadLetters,
        ToLongFunction<TopicPartition> committed,
        Map<String, TaskHoldout> open)
        implements AutoCloseable {
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    /** A task's holdout, and when its partitions end. */
    record TaskHoldout(ProgressTable progress, PartitionEnds ends, Holdout holdout) {}

    /** The holdout of a spec's task, polled; null while it is not complete. */
    @Nullable Holdout of(ModelSpec spec) {
        TaskHoldout task = open.get(spec.getTask());
        if (task == null) {
            if (!patience.passes(
                    spec.getTask(), "the holdout of " + spec.getTask(), () -> problem(spec))) {
                return null;
            }
            task = open(spec);
            open.put(spec.getTask(), task);
        }
        task.progress().poll(Duration.ZERO);
        return task.holdout().poll() ? task.holdout() : null;
    }

    /**
     * Starts to read the labels that labelers of a task give its holdout.
     *
     * @param holdout the task's, as returned by {@link #of}
     */
    SourceSweeps sources(LabelerSpec spec, Set<String> labelers, Holdout holdout) {
        return new SourceSweeps(
                topic -> clients.consumer(null, member + ".sources." + topic),
                clients.codec(),
                clients.topics(),
                spec,
                labelers,
                holdout.sizes(),
                holdout.version(),
                Objects.requireNonNull(open.get(spec.getTask())).ends());
    }

    /**
     * Whether a labeler has labelled its task's stream to the end.
     *
     * @param spec of a task of which {@link #of} has returned the holdout
     */
    boolean hasEnded(LabelerSpec spec) {
        ProgressTable progress = Objects.requireNonNull(open.get(spec.getTask())).progress();
        String labels = clients.topics().labels(spec.getTask(), spec.getId());
        return IntStream.range(0, spec.getPartitions())
                .allMatch(p -> progress.total(labels, p, spec.getId()) >= 0);
    }

    /**
     * Records of its task's stream that a labeler has passed.
     *
     * @param spec as above
     */
    long passed(LabelerSpec spec) {
        ProgressTable progress = Objects.requireNonNull(open.get(spec.getTask())).progress();
        String labels = clients.topics().labels(spec.getTask(), spec.getId());
        long rows = 0;
        for (int p = 0; p < spec.getPartitions(); p++) {
            Progress of = progress.of(labels, p, spec.getId());
            rows += of == null ? 0 : of.getRows();
        }
        return rows;
    }

    /**
     * Starts to read the votes of annotators on a task's holdout.
     *
     * @param holdout the task's, as returned by {@link #of}
     */
    HoldoutVotes votes(LabelerSpec spec, Holdout holdout) {
        return new HoldoutVotes(
                clients.consumer(null, member + "." + spec.getTask() + ".votes"),
                clients.topics().votes(spec.getTask()),
                spec.getClasses().size(),
                new RecordReader(clients.codec(), spec.getPartitions()),
                deadLetters,
                Objects.requireNonNull(open.get(spec.getTask())).ends(),
                holdout);
    }

    @Override
    public void close() {
        for (TaskHoldout task : open.values()) {
            task.progress().close();
            task.holdout().close();
        }
    }

    private @Nullable String problem(ModelSpec spec) {
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

    private TaskHoldout open(ModelSpec spec) {
        ProgressTable progress = new ProgressTable(clients, spec.getTask());
        progress.catchUp(CATCH_UP);
        PartitionEnds ends = new ProgressEnds(progress, null, check::uncommittedEnd);
        Holdout holdout =
                new Holdout(
                        clients.consumer(null, member + "." + spec.getTask() + ".holdout"),
                        clients.topics().holdout(spec.getTask()),
                        spec.getClasses().size(),
                        new RecordReader(clients.codec(), spec.getPartitions()),
                        deadLetters,
                        new Holdout.Ends(
                                ends,
                                () -> progress.catchUpPastOpenTransactions(check.admin(), CATCH_UP),
                                check::uncommittedEnd),
                        committed);
        holdout.catchUp(CATCH_UP);
        return new TaskHoldout(progress, ends, holdout);
    }
}
