package dev.belay.labelers.labeling;

import dev.belay.labelers.api.Labelers;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A labeler on a task, and the topics that it reads and writes.
 *
 * @param labeler a model id, or {@code truth}
 * @param classes of the task; 0 for choice
 * @param input what it labels: the examples, or its own labels where another program writes them
 * @param output the topic of which its progress reports how far it is written: its labels, or the
 *     predictions where its labels are written by another program
 * @param sources labels of the labelers that it reads, in the order of its spec
 * @param flips where the labels that it changed are written; null: it adds no noise
 * @param votes single votes of annotators; null: it reads none
 * @param versions where the starts of its versions are written; null: it has none
 * @param states where what it has learned is written; null: it learns nothing
 */
public record LabelerTopics(
        String task,
        String labeler,
        int partitions,
        int classes,
        String input,
        String labels,
        String output,
        String predictions,
        String truth,
        String progress,
        List<String> sources,
        @Nullable String flips,
        @Nullable String votes,
        @Nullable String versions,
        @Nullable String states) {
    /** Of a labeler that labels the examples. */
    public static LabelerTopics of(
            Topics topics, String task, String labeler, int partitions, int classes) {
        return new LabelerTopics(
                task,
                labeler,
                partitions,
                classes,
                topics.examples(task),
                topics.labels(task, labeler),
                topics.labels(task, labeler),
                topics.predictions(task),
                topics.truth(task),
                topics.progress(task),
                List.of(),
                null,
                null,
                null,
                null);
    }

    /** Of a spec's labeler. */
    public static LabelerTopics of(Topics topics, LabelerSpec spec) {
        String task = spec.getTask();
        String labels = topics.labels(task, spec.getId());
        String predictions = topics.predictions(task);
        boolean external = LabelerSpecs.isExternal(spec);
        return new LabelerTopics(
                task,
                spec.getId(),
                spec.getPartitions(),
                spec.getClasses().size(),
                external ? labels : topics.examples(task),
                labels,
                external ? predictions : labels,
                predictions,
                topics.truth(task),
                topics.progress(task),
                spec.getSources().stream().map(source -> topics.labels(task, source)).toList(),
                spec.getMethod().getName().equals(LabelerSpecs.NOISE) ? topics.flips(task) : null,
                Labelers.readsVotes(spec) ? topics.votes(task) : null,
                external ? null : topics.labelerVersions(),
                Labelers.learns(spec.getMethod().getName()) ? topics.labelerStates() : null);
    }

    /** Those that must have the task's number of partitions. */
    List<String> partitioned() {
        // others than the truth labeler may not be allowed to see truth, nor it predictions
        String joined = labeler.equals(ModelId.TRUTH) ? truth : predictions;
        return Stream.of(
                        Stream.of(input, labels, joined),
                        sources.stream(),
                        Stream.ofNullable(flips),
                        Stream.ofNullable(votes))
                .flatMap(all -> all)
                .toList();
    }

    /** Those that may have any number of partitions. */
    List<String> others() {
        return Stream.of(progress, versions, states).filter(Objects::nonNull).toList();
    }
}
