package dev.belay.labelers.labeling;

import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.events.VersionStart;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A labeler that is to run.
 *
 * @param inputWriter the writer that has to end before a partition of the input topic has ended;
 *     null: all its writers
 * @param maker makes the labeler once its topics are there
 */
public record Wanted(
        LabelerTopics topics, String group, @Nullable String inputWriter, Maker maker) {
    public Wanted(LabelerTopics topics, String group, Maker maker) {
        this(topics, group, null, maker);
    }

    /** Makes a labeler. */
    @FunctionalInterface
    public interface Maker {
        ExampleLabeler make(Resources resources);
    }

    /**
     * What a labeler may use, on the polling thread only.
     *
     * @param inbox holds the records of the input topic
     * @param group the consumer of the inbox, for the group's committed offsets of other topics
     * @param ends of partitions, by the writer whose records count; null: all writers
     * @param progress of the task
     * @param versions what is committed about where the labeler's versions begin in a partition;
     *     waits for open transactions
     * @param passed offset behind the last record of a partition that the labeler has ever passed;
     *     0 where not known; waits for open transactions
     */
    public record Resources(
            LabelerTopics topics,
            Inbox inbox,
            Consumer<byte[], byte[]> group,
            RecordReader reader,
            DeadLetters deadLetters,
            Function<@Nullable String, PartitionEnds> ends,
            ProgressTable progress,
            IntFunction<List<VersionStart>> versions,
            IntToLongFunction passed) {}
}
