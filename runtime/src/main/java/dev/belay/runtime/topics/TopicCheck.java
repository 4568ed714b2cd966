package dev.belay.runtime.topics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Queries the broker about topics. */
public record TopicCheck(Admin admin) {
    /** Any number of partitions. */
    public static final int ANY = 0;

    /**
     * Why work on these topics can't begin, or null when all are there.
     *
     * @param partitions expected of each, or {@link #ANY}
     */
    public @Nullable String problem(Collection<String> topics, int partitions) {
        List<String> problems = new ArrayList<>();
        Map<String, KafkaFuture<TopicDescription>> asked =
                new TreeMap<>(admin.describeTopics(topics).topicNameValues());
        asked.forEach(
                (topic, future) -> {
                    try {
                        TopicDescription found =
                                KafkaFutures.get(future, "looking for topic " + topic);
                        if (partitions != ANY && found.partitions().size() != partitions) {
                            problems.add(
                                    "%s has %s partitions, expected %s"
                                            .formatted(
                                                    topic, found.partitions().size(), partitions));
                        }
                    } catch (RetriableException e) { // missing, or no answer in time
                        problems.add(topic + ": " + e.getMessage());
                    }
                });
        return problems.isEmpty() ? null : String.join("; ", problems);
    }

    /** The end of a partition, records of open transactions included. */
    public long uncommittedEnd(TopicPartition partition) {
        var asked = admin.listOffsets(Map.of(partition, OffsetSpec.latest()));
        return KafkaFutures.get(
                        asked.partitionResult(partition), "asking for the end of " + partition)
                .offset();
    }
}
