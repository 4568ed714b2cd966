package dev.belay.labelers.labeling;

import dev.belay.schemas.Topics;
import java.util.List;

/**
 * A labeler on a task, and the topics that it reads and writes.
 *
 * @param labeler a model id, or {@code truth}
 * @param classes of the task
 * @param input what it labels: the examples, or the labels of a labeler that it reads
 * @param output the topic of which its progress reports how far it is written: its labels, or the
 *     predictions where its labels are written by another program
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
        String progress) {
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
                topics.progress(task));
    }

    /** The same for a labeler that labels what another one, or itself, has labelled. */
    public LabelerTopics reading(String labelsRead, String written) {
        return new LabelerTopics(
                task,
                labeler,
                partitions,
                classes,
                labelsRead,
                labels,
                written,
                predictions,
                truth,
                progress);
    }

    /** Those that must have the task's number of partitions. */
    List<String> partitioned() {
        return List.of(input, labels, predictions, truth);
    }
}
