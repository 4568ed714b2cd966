package dev.belay.labelers.labeling;

import dev.belay.schemas.Topics;
import java.util.List;

/**
 * A labeler on a task, and the topics that it reads and writes.
 *
 * @param labeler a model id, or {@code truth}
 */
public record LabelerTopics(
        String task,
        String labeler,
        int partitions,
        String examples,
        String labels,
        String predictions,
        String truth,
        String progress) {
    public static LabelerTopics of(Topics topics, String task, String labeler, int partitions) {
        return new LabelerTopics(
                task,
                labeler,
                partitions,
                topics.examples(task),
                topics.labels(task, labeler),
                topics.predictions(task),
                topics.truth(task),
                topics.progress(task));
    }

    /** Those that must have the task's number of partitions. */
    List<String> partitioned() {
        return List.of(examples, labels, predictions, truth);
    }
}
